package announce

import (
	"net/url"
	"strings"
	"time"

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

// newness tells a repository that was created lately from an older one.
func newness(item Item, now time.Time) What {
	created := item.Repository.Created
	if !created.IsZero() && now.Sub(created) <= lately {
		return Created
	}
	return Listed
}
