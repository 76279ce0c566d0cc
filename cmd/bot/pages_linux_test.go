package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestCleanFileAreas(t *testing.T) {
	areas, err := cleanFileAreas(strings.NewReader(`00200000-010e9000 r--p 00000000 08:01 123 /usr/bin/bot
Rss:               11384 kB
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me sd
010e9000-01df7000 r-xp 00ee8000 08:01 123 /usr/bin/bot
Anonymous:             0 kB
Swap:                  0 kB
01df7000-01dfb000 r--p 01bf5000 08:01 123 /usr/bin/bot
Anonymous:            12 kB
Swap:                  0 kB
01dfb000-01dff000 r--p 01bf9000 08:01 123 /usr/bin/bot
Anonymous:             0 kB
Swap:                 16 kB
01dff000-01f66000 rw-p 01bf8000 08:01 123 /usr/bin/bot
Anonymous:             0 kB
Swap:                  0 kB
7fc500000000-7fc500001000 r--s 00000000 08:01 124 /var/lib/heraut/bot.db-shm
Anonymous:             0 kB
Swap:                  0 kB
7fc50779a000-7fc50789a000 r--p 00000000 00:00 0
Anonymous:             0 kB
Swap:                  0 kB
7ffd0a1f2000-7ffd0a1f4000 r-xp 00000000 00:00 0 [vdso]
Anonymous:             0 kB
Swap:                  0 kB
`))
	if want := []fileArea{{0x200000, 0x10e9000}, {0x10e9000, 0x1df7000}}; err != nil || !slices.Equal(areas, want) {
		t.Errorf("%x, %v", areas, err)
	}
}

// The program works on after its pages are gone, and has fewer of them.
func TestGiveBackPages(t *testing.T) {
	resident := func() int {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		kB, err := strconv.Atoi(string(regexp.MustCompile(`RssFile:\s*(\d+)`).FindSubmatch(status)[1]))
		if err != nil {
			t.Fatal(err)
		}
		return kB
	}
	before := resident()
	if err := giveBackPages(); err != nil {
		t.Fatal(err)
	}
	if after := resident(); after > before/2 {
		t.Errorf("%d kB of files before, %d kB after", before, after)
	}
}
