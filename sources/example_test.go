package sources_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"heraut/fetch"
	"heraut/sources"
)

// Fetch returns the unseen entries of a feed.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Le blog</title>
			<item><title>Une</title><link>https://blog.example.org/1</link></item>
			<item><title>Deux</title><link>https://blog.example.org/2</link></item></channel></rss>`)
	}))
	defer server.Close()
	getter := fetch.New(fetch.Options{UserAgent: fetch.UserAgent("example", "floss@example.org")})
	defer getter.Close()
	source, err := sources.New(sources.Settings{Name: "blog", Kind: sources.Feed, Location: server.URL}, getter, nil)
	if err != nil {
		panic(err)
	}
	seen := map[string]bool{"blog.example.org/1": true} // stands for the database
	batch, err := source.Fetch(context.Background(), sources.Query{
		Now: time.Now(),
		Unseen: func(_ context.Context, keys []string) (map[string]bool, error) {
			unseen := map[string]bool{}
			for _, key := range keys {
				unseen[key] = !seen[key]
			}
			return unseen, nil
		},
	})
	if err != nil {
		panic(err)
	}
	for _, item := range batch.Fresh {
		fmt.Println(item.From, item.Title, item.URL)
	}
	// Output: Le blog Deux https://blog.example.org/2
}
