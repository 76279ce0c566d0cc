package catalogue

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Text returns a reader that converts the text in r to UTF-8. The text's character set
// is UTF-16 if it begins with that byte order mark, or else the one that contentType,
// the HTTP header, names. If contentType is empty or names an unknown one, the text
// counts as UTF-8. Bytes that are not valid UTF-8 count as Windows-1252, but those of a
// truncated «é» or «’» become U+FFFD, and long runs of white space are cut
// (repairedUTF8).
func Text(r io.Reader, contentType string) io.Reader { return decoded(bufio.NewReader(r), contentType) }

// decoded returns a reader that converts the text in r to UTF-8. The text's character
// set is UTF-16 if it begins with that byte order mark, or else the one that
// contentType, the HTTP header, names. If contentType names none or an unknown one, the
// text counts as UTF-8. repairedUTF8 replaces bytes that are not valid UTF-8, and cuts
// long runs of white space.
func decoded(r *bufio.Reader, contentType string) io.Reader {
	start, _ := r.Peek(2) // the next read returns the same error
	var in io.Reader = r
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		in = transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	default:
		if charset := charsetOf(contentType); charset != nil {
			in = transform.NewReader(r, charset.NewDecoder())
		}
	}
	return transform.NewReader(in, &repairedUTF8{})
}

// charsetOf returns the encoding that a Content-Type names: nil if it names none, an
// unknown one, or UTF-8.
func charsetOf(contentType string) encoding.Encoding {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || parameters["charset"] == "" {
		return nil
	}
	charset, err := htmlindex.Get(parameters["charset"])
	if err != nil {
		return nil
	}
	if name, err := htmlindex.Name(charset); err != nil || name == "utf-8" {
		return nil
	}
	return charset
}

// repairedUTF8 is a transformer that passes UTF-8 on and repairs other bytes: tables
// merged by hand mix lines in UTF-8 with lines in Windows-1252, and the first bytes of
// a truncated UTF-8 character are valid Windows-1252. So the first byte of a truncated
// «é» or «’» (0xC2, 0xC3, 0xE2 0x80), which French in Windows-1252 does not use,
// becomes U+FFFD; any other byte becomes its Windows-1252 character.
//
// It also cuts runs of white space to maxSpaces: json.Decoder rescans long runs again
// and again.
type repairedUTF8 struct{ spaces int }

// maxSpaces is the longest run of white space that repairedUTF8 passes on, in bytes.
const maxSpaces = 1024

// Reset forgets the white space read so far, before another text. It belongs to
// transform.Transformer.
func (l *repairedUTF8) Reset() { l.spaces = 0 }

// Transform copies src to dst with its invalid bytes repaired and its runs of white
// space cut, as transform.Transformer describes. It stops before bytes that may begin
// a longer character unless atEOF is set.
func (l *repairedUTF8) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if c := src[nSrc]; c < utf8.RuneSelf {
			if c > ' ' {
				l.spaces = 0
			} else if l.spaces++; l.spaces > maxSpaces {
				nSrc++
				continue
			}
			if nDst == len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			dst[nDst] = c
			nDst++
			nSrc++
			continue
		}
		l.spaces = 0
		r, size := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && size <= 1 {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r, size = repaired(src[nSrc:])
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// repaired returns the character that replaces the invalid bytes at the start of b,
// and the number of bytes that it replaces.
func repaired(b []byte) (rune, int) {
	switch {
	case b[0] == 0xC2 || b[0] == 0xC3:
		return utf8.RuneError, 1
	case b[0] == 0xE2 && len(b) > 1 && b[1] == 0x80:
		return utf8.RuneError, 2
	}
	return charmap.Windows1252.DecodeByte(b[0]), 1
}
