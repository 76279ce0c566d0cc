package announce

import (
	"net/url"
	"strings"

	"heraut/catalogue"
)

// repositoryKey identifies a repository for ever: by its forge and the forge's
// own id of it, which renames and transfers leave alone, or else by its address.
func repositoryKey(r *catalogue.Repository) string {
	if r.Host != "" && r.ForgeID != "" {
		return r.Host + ":" + r.ForgeID
	}
	return addressKey(r.URL)
}

// addressKey is the same for addresses that differ only in how they are written.
func addressKey(address string) string {
	key := strings.ToLower(strings.TrimSpace(address))
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	return strings.TrimSuffix(strings.TrimRight(key, "/"), ".git")
}

// domainOf is the host's name in an address, in small letters.
func domainOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// repositoryItem is a repository as an item.
func repositoryItem(r *catalogue.Repository) Item {
	return Item{
		Key: repositoryKey(r), Kind: KindRepository, Repository: r,
		Title: r.FullName, URL: r.URL, Summary: r.Description, At: r.Created,
	}
}

// freshRepository is a repository never seen. When it is there from the start, it
// is not announced: no more is kept than it takes to know it again, unless it is
// new enough for dry runs. That is what a first reading holds tens of thousands of.
func freshRepository(item Item, q Query) Fresh {
	repo, what := item.Repository, Listed
	if !repo.Created.IsZero() && q.Now.Sub(repo.Created) <= lately {
		what = Created
	} else if q.State == nil {
		known := &catalogue.Repository{Host: repo.Host, Owner: repo.Owner, Row: repo.Row}
		item = Item{Key: item.Key, Kind: KindRepository, Repository: known, At: item.At}
	}
	return Fresh{Item: item, News: what}
}
