package feed

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// worst builds bodies of 8 MiB, the most expensive ones known.
var worst = map[string]func() []byte{
	"entries": func() []byte {
		return many("<item><guid>g%d</guid><title>t%d</title><link>http://x.example/%d</link>" + strings.Repeat("<a/>", 10) + "</item>")
	},
	"long titles": func() []byte {
		return many("<item><guid>g%d</guid><title>t%d " + strings.Repeat("é ", 130) + "</title><link>http://x.example/%d</link></item>")
	},
	"references": func() []byte {
		return many("<item><title>" + strings.Repeat("&#x20AC;", 35) + "%d %d %d</title></item>")
	},
	"dates": func() []byte {
		return many("<item><title>%d%d%d</title><pubDate>" + strings.Repeat("Mon, 02 Jan ", 8) + "</pubDate><updated>" + strings.Repeat("Mon, 02 Jan ", 8) + "</updated></item>")
	},
	"Windows-1252": func() []byte {
		return bytes.ReplaceAll(many("<item><title>%d%d%d "+strings.Repeat("E", 130)+" "+strings.Repeat("a", 130)+"</title></item>"), []byte("E"), []byte("\x80"))
	},
	"attributes": func() []byte {
		return filled(`<rss version="2.0" `, `xmlns:a="b" `, "><channel><title>t</title></channel></rss>")
	},
	"tags": func() []byte { return filled("<rss><channel><title>t</title>", "<a>", "") },
	"JSON": func() []byte {
		return filled(`{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1","tags":[`, `"",`, `""]}]}`)
	},
	"JSON nulls": func() []byte {
		return filled(`{"version":"https://jsonfeed.org/version/1.1","items":[`, "null,", "null]}")
	},
	"JSON escapes": func() []byte {
		return filled(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"`, `\u00e9`, `"}]}`)
	},
}

const worstSize = 8 << 20

func filled(start, unit, end string) []byte {
	return []byte(start + strings.Repeat(unit, (worstSize-len(start)-len(end))/len(unit)) + end)
}

func many(item string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>`)
	for i := 0; b.Len() < worstSize-400 && i < maxEntries; i++ {
		fmt.Fprintf(&b, item, i, i, i)
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

// BenchmarkWorst reads the worst bodies and reports the peak of the heap, including the
// bodies.
func BenchmarkWorst(b *testing.B) {
	for name, body := range worst {
		b.Run(name, func(b *testing.B) {
			text := body()
			b.SetBytes(int64(len(text)))
			var before, now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			peak, stop, done := uint64(0), make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				for ticker := time.NewTicker(2 * time.Millisecond); ; {
					select {
					case <-stop:
						ticker.Stop()
						return
					case <-ticker.C:
						runtime.ReadMemStats(&now)
						peak = max(peak, now.HeapAlloc)
					}
				}
			}()
			for b.Loop() {
				_, _ = Read(text, Source{Address: home})
			}
			close(stop)
			<-done
			b.ReportMetric(float64(int64(peak)-int64(before.HeapAlloc)+int64(len(text)))/(1<<20), "peak-MiB")
		})
	}
}
