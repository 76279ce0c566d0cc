package catalogue

import (
	"bufio"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestCharsets(t *testing.T) {
	const french = "[«L’été à Nîmes», «œuvre»]"
	latin, err := charmap.Windows1252.NewEncoder().String(french)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(french)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ in, contentType, want string }{
		"UTF-8":                        {french, "", french},
		"UTF-8 with a byte order mark": {"\ufeff" + french, "", "\ufeff" + french},
		"UTF-16":                       {wide, "", french},
		"Windows-1252":                 {latin, "", french},
		"a line of each":               {french + "\n" + latin, "", french + "\n" + french},
		"one cut character":            {"d\xc3, l\xe2\x80, x", "", "d\ufffd, l\ufffd, x"},
		"cut at the end":               {"d\xc3", "", "d\ufffd"},
		"one byte that is no UTF-8":    {"été \xe0 Nîmes", "", "été à Nîmes"},
		"the header says it":           {"\xa4\xb0", "text/csv; charset=ISO-8859-15", "€°"},
		"the header says UTF-8":        {latin, `application/json; charset="utf-8"`, french},
		"the header says nonsense":     {french, "text/csv; charset=klingon", french},
		"endless spaces":               {"[" + strings.Repeat(" \n", maxSpaces) + "]", "", "[" + strings.Repeat(" \n", maxSpaces/2) + "]"},
	} {
		t.Run(name, func(t *testing.T) {
			for kind, r := range map[string]io.Reader{"whole": strings.NewReader(test.in), "by byte": iotest.OneByteReader(strings.NewReader(test.in))} {
				got, err := io.ReadAll(decoded(bufio.NewReader(r), test.contentType))
				if err != nil || string(got) != test.want {
					t.Errorf("%s: got %q, %v, want %q", kind, got, err, test.want)
				}
			}
		})
	}
}
