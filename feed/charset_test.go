package feed

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

func TestCharset(t *testing.T) {
	encode := func(e encoding.Encoding, s string) string {
		t.Helper()
		b, err := e.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	with := func(prolog, title string) string {
		return strings.Replace(rss("<title>"+title+"</title>"), `<?xml version="1.0" encoding="utf-8"?>`, prolog, 1)
	}
	utf16 := unicode.UTF16
	const été, œuvre = "L’été à Nîmes", "Œuvre à 20 €"
	for name, test := range map[string]struct{ body, header, want string }{
		"UTF-8":                                {with("", été), "", été},
		"UTF-8 that says Latin 1":              {with(`<?xml version="1.0" encoding="iso-8859-1"?>`, été), "text/xml; charset=iso-8859-1", été},
		"UTF-8 with a bad byte":                {with("", été+"\xc3"), "", été + "\ufffd"},
		"UTF-8 with a cut letter":              {with(`<?xml version="1.0" encoding="utf-8"?>`, été+"\xe2\x80 fin"), "", été + "\ufffd fin"},
		"Windows that says UTF-8":              {with(`<?xml version="1.0" encoding="utf-8"?>`, encode(charmap.Windows1252, été)), "application/rss+xml; charset=utf-8", été},
		"Windows that says nothing":            {with("", encode(charmap.Windows1252, été)), "", été},
		"Windows that says nonsense":           {with(`<?xml version="1.0" encoding="x-none"?>`, encode(charmap.Windows1252, été)), "", été},
		"the header":                           {with(`<?xml version="1.0"?>`, encode(charmap.ISO8859_15, œuvre)), "text/xml; charset=ISO-8859-15", œuvre},
		"the header before the prolog":         {with(`<?xml version="1.0" encoding="iso-8859-1"?>`, encode(charmap.ISO8859_2, "dziewiąty już")), `text/xml;charset="iso-8859-2"; charset=x`, "dziewiąty już"},
		"the prolog behind a wrong header":     {with(`<?xml version="1.0" encoding="iso-8859-15"?>`, encode(charmap.ISO8859_15, œuvre)), "text/xml; charset=utf-8", œuvre},
		"a prolog with blanks":                 {with("<?xml version = '1.0'\n encoding = ' ISO-8859-15 ' ?>", encode(charmap.ISO8859_15, œuvre)), "", œuvre},
		"UTF-16":                               {encode(utf16(unicode.LittleEndian, unicode.UseBOM), with(`<?xml version="1.0" encoding="utf-16"?>`, été)), "", été},
		"UTF-16 without a mark":                {encode(utf16(unicode.BigEndian, unicode.IgnoreBOM), with("", été)), "", été},
		"UTF-16 that says UTF-8":               {encode(utf16(unicode.BigEndian, unicode.UseBOM), with("", été)), "text/xml; charset=utf-8", été},
		"letters written with those of ASCII":  {encode(japanese.ISO2022JP, with(`<?xml version="1.0" encoding="iso-2022-jp"?>`, "日本")), "", "日本"},
		"two bytes a letter":                   {encode(japanese.ShiftJIS, with(`<?xml version="1.0" encoding="shift_jis"?>`, "日本")), "", "日本"},
		"a character set that lets in scripts": {with(`<?xml version='1.0' encoding='utf-7'?>`, "+ADw-b+AD4-\xff"), "", "+ADw-b+AD4-ÿ"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read([]byte(test.body), Source{Address: home, ContentType: test.header})
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Entries[0].Title; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
