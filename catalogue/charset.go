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

// Text returns r as UTF-8, as the readers of this package take it: for a source
// that says its charset in contentType, an HTTP header, which may be empty.
func Text(r io.Reader, contentType string) io.Reader { return decoded(bufio.NewReader(r), contentType) }

// decoded returns r as UTF-8. The charset is that of a byte order mark, or else
// of the HTTP header contentType, or else lenientUTF8.
func decoded(r *bufio.Reader, contentType string) io.Reader {
	start, _ := r.Peek(2) // an error comes again when the rest is read
	var in io.Reader = r
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		in = transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	default:
		if charset := charsetOf(contentType); charset != nil {
			in = transform.NewReader(r, charset.NewDecoder())
		}
	}
	return transform.NewReader(in, &lenientUTF8{})
}

// charsetOf returns the encoding that a Content-Type names: nil for none, for an
// unknown one, and for UTF-8.
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

// lenientUTF8 passes UTF-8 on and repairs what is not: tables that people join by
// hand have lines in UTF-8 and lines in Windows-1252, which the parts of a cut
// character resemble. So the first byte of a cut «é» or «’» (0xC2, 0xC3, 0xE2
// 0x80), which French in Windows-1252 has no use for, becomes U+FFFD, and any
// other byte the character that Windows-1252 gives it.
//
// It also cuts white space to maxSpaces: json.Decoder reads long runs of it again
// and again.
type lenientUTF8 struct{ spaces int }

// maxSpaces is the longest run of white space that is passed on, in bytes.
const maxSpaces = 1024

// Reset implements transform.Transformer.
func (l *lenientUTF8) Reset() { l.spaces = 0 }

// Transform implements transform.Transformer.
func (l *lenientUTF8) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
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

// repaired returns what invalid bytes stand for, and how many they are.
func repaired(b []byte) (rune, int) {
	switch {
	case b[0] == 0xC2 || b[0] == 0xC3:
		return utf8.RuneError, 1
	case b[0] == 0xE2 && len(b) > 1 && b[1] == 0x80:
		return utf8.RuneError, 2
	}
	return charmap.Windows1252.DecodeByte(b[0]), 1
}
