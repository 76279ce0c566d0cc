package sources

import (
	"net/url"
	"strings"
	"time"

	"heraut/catalogue"
)

// repositoryKey returns the key by which a repository is recognised for ever: its host
// and the id that the host gives it, which survives renames; without an id, its
// address.
func repositoryKey(r *catalogue.Repository) string {
	if r.Host != "" && r.ForgeID != "" {
		return r.Host + ":" + r.ForgeID
	}
	return addressKey(r.URL)
}

// addressKey returns the same key for all spellings of an address: in lower case,
// without http:// or https://, slashes at the end, and .git.
func addressKey(address string) string {
	key := strings.ToLower(strings.TrimSpace(address))
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	return strings.TrimSuffix(strings.TrimRight(key, "/"), ".git")
}

// domainOf returns the host in an address, in lower case, with its port if it has one:
// two forges may share a machine. It is empty for a malformed address.
func domainOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// OwnerID identifies the account or group that owns repositories, by its host and
// name.
type OwnerID struct {
	Host string // a domain
	Name string // in lower case
}

// OwnerUser is the OwnerNow.Kind of a person.
const OwnerUser = "user"

// OwnerOf returns the host of a repository and the name, in lower case, of the account
// or group that owns it.
func OwnerOf(r *catalogue.Repository) OwnerID { return OwnerID{r.Host, strings.ToLower(r.Owner)} }

// repositoryItem returns the repository r as an item of a source, with its key. The
// item holds r itself.
func repositoryItem(r *catalogue.Repository) Item {
	return Item{
		Key: repositoryKey(r), Kind: KindRepository, Repository: r,
		Title: r.FullName, URL: r.URL, Summary: r.Description, At: r.Created,
	}
}

// freshRepository returns item, a repository seen for the first time at now, as news:
// Created if it was created in the last 30 days, Listed if earlier or at an unknown
// time.
func freshRepository(item Item, now time.Time) Fresh {
	created := item.Repository.Created
	if !created.IsZero() && now.Sub(created) <= lately {
		return Fresh{Item: item, News: Created}
	}
	return Fresh{Item: item, News: Listed}
}

// thrift holds one repository for each owner, with host and owner only, in place of all
// old repositories of that owner. It saves memory in the first reading of a list, which
// holds tens of thousands of old repositories that are not announced.
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
