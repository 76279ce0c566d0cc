package webhook_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/webhook"
)

// BenchmarkPost measures a request up to its «ok», with one hook and with a
// thousand.
func BenchmarkPost(b *testing.B) {
	for _, hooks := range []int{1, 1000} {
		b.Run(fmt.Sprintf("%d hooks", hooks), func(b *testing.B) {
			o := newOffice(b, func(options *webhook.Options) { options.PerMinute = 1 << 20 })
			path := o.create("hook")
			for n := range hooks - 1 {
				d := webhook.Declaration{Name: fmt.Sprintf("hook-%d", n), Hash: webhook.HashOf(fmt.Sprintf("a secret of the configuration %d", n))}
				if err := o.service.Declare(b.Context(), bureau, d); err != nil {
					b.Fatal(err)
				}
			}
			handler := o.service.Handler()
			took := make([]time.Duration, 0, b.N)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if n%900 == 899 { // the store bounds the waiting deliveries
					b.StopTimer()
					o.said()
					b.StartTimer()
				}
				w := httptest.NewRecorder()
				began := time.Now()
				handler.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodPost, path, strings.NewReader(`{"text":"bonjour"}`)))
				took = append(took, time.Since(began))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkRead reads bodies of every known shape.
func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		own := ownBodies[n%len(ownBodies)]
		if _, err := webhook.Read(webhook.Body{Type: own.contentType, Data: []byte(own.body)}, "fr", time.UTC); err != nil {
			b.Fatal(err)
		}
	}
}
