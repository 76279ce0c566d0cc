package catalogue_test

import (
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
)

// remembered is a Cache in memory that knows one catalogue.
type remembered struct {
	name, version string
	stored        *catalogue.Catalogue
	loads, saves  int
}

func (m *remembered) Load(name, version string, asOf time.Time) *catalogue.Catalogue {
	if m.stored == nil || name != m.name || version != m.version {
		return nil
	}
	m.loads++
	return m.stored.At(asOf)
}

func (m *remembered) Save(name, version string, c *catalogue.Catalogue) *catalogue.Catalogue {
	m.saves++
	m.name, m.version, m.stored = name, version, c.At(c.AsOf())
	return m.stored
}

// The catalogue in force is the cache's, and a restart reads the source's answer only
// where the cache does not know it.
func TestRefresherUsesItsCache(t *testing.T) {
	db, source, cache := openDB(t), newSource(t), &remembered{}
	prepared := 0
	start := func() *catalogue.Refresher {
		getter := fetch.New(fetch.Options{MaxBytes: 1 << 20})
		t.Cleanup(getter.Close)
		r, err := catalogue.NewRefresher(t.Context(), catalogue.Settings{
			Location: source.url, Every: 2 * time.Hour, MaxLoss: catalogue.DefaultMaxLoss, Cache: cache,
			Prepare: func(*catalogue.Catalogue) { prepared++ },
		}, getter, db)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	round := func(r *catalogue.Refresher, at time.Time) {
		t.Helper()
		if err := r.Round(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	source.gives(list(10), `"1"`)
	r := start()
	round(r, noon)
	if cache.saves != 1 || prepared != 1 || !r.Current().Catalogue.SameEntries(cache.stored) {
		t.Fatalf("%d saves, prepared %d times", cache.saves, prepared)
	}
	r = start()
	if c := r.Current().Catalogue; cache.loads != 1 || prepared != 1 || !c.SameEntries(cache.stored) || !c.AsOf().Equal(noon) {
		t.Errorf("%d loads, prepared %d times, as of %s", cache.loads, prepared, c.AsOf())
	}
	round(r, noon.Add(time.Hour)) // not modified
	source.gives(list(11), `"2"`)
	round(r, noon.Add(2*time.Hour))
	if c := r.Current().Catalogue; cache.saves != 2 || c.Len() != 11 || !c.SameEntries(cache.stored) {
		t.Errorf("%d saves, %d entries", cache.saves, c.Len())
	}
	cache.stored = nil // as after an upgrade of the program
	if c := start().Current().Catalogue; cache.saves != 3 || prepared != 3 || c.Len() != 11 {
		t.Errorf("%d saves, prepared %d times, %d entries", cache.saves, prepared, c.Len())
	}
}
