package sources

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

// domainOf is the host's name in an address, in small letters, with its port if it
// has one: two forges may share a machine.
func domainOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// OwnerID identifies an owner of repositories.
type OwnerID struct {
	Host string // a domain
	Name string // in small letters
}

// OwnerUser is the OwnerNow.Kind of people.
const OwnerUser = "user"

// OwnerOf returns the owner of a repository.
func OwnerOf(r *catalogue.Repository) OwnerID { return OwnerID{r.Host, strings.ToLower(r.Owner)} }

// repositoryItem is a repository as an item.
func repositoryItem(r *catalogue.Repository) Item {
	return Item{
		Key: repositoryKey(r), Kind: KindRepository, Repository: r,
		Title: r.FullName, URL: r.URL, Summary: r.Description, At: r.Created,
	}
}

// freshRepository is a repository never seen.
func freshRepository(item Item, now time.Time) Fresh {
	created := item.Repository.Created
	if !created.IsZero() && now.Sub(created) <= lately {
		return Fresh{Item: item, News: Created}
	}
	return Fresh{Item: item, News: Listed}
}

// thrift reduces repositories that are there from the start, and so are not
// announced, to what it takes to know them again: a first reading holds tens of
// thousands of them.
type thrift map[OwnerID]*catalogue.Repository

func (t thrift) reduce(f Fresh) Fresh {
	if f.News == Created {
		return f // dry runs show it
	}
	id := OwnerOf(f.Repository)
	if t[id] == nil {
		t[id] = &catalogue.Repository{Host: id.Host, Owner: id.Name}
	}
	return Fresh{Item: Item{Key: f.Key, Kind: KindRepository, Repository: t[id], At: f.At}, News: f.News}
}
