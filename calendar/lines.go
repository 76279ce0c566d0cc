package calendar

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// decode returns data as UTF-8 without a byte order mark. It reads UTF-16 when a mark
// announces it; other bytes come back as they are, valid UTF-8 or not.
func decode(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return fromUTF16(data[2:], func(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) })
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return fromUTF16(data[2:], func(b []byte) uint16 { return uint16(b[1])<<8 | uint16(b[0]) })
	}
	mark := []byte("\xEF\xBB\xBF")
	for bytes.HasPrefix(data, mark) {
		data = data[len(mark):]
	}
	return data
}

func fromUTF16(data []byte, unit func([]byte) uint16) []byte {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, unit(data))
	}
	return []byte(string(utf16.Decode(units)))
}

// unfold splits an iCalendar file into its content lines. Lines end with CR, LF or
// both; a line that begins with a space or a tab continues the line before, over blank
// lines, which old Mozilla calendars put in between. A line that is not valid UTF-8 is
// decoded as Windows-1252, after joining, since a fold may split a character.
func unfold(data []byte) []string {
	var folded [][]byte
	for len(data) > 0 {
		var line []byte
		if end := bytes.IndexAny(data, "\r\n"); end < 0 {
			line, data = data, nil
		} else {
			line, data = data[:end], data[end+1:]
		}
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case (line[0] == ' ' || line[0] == '\t') && len(folded) > 0:
			last := &folded[len(folded)-1]
			*last = append((*last)[:len(*last):len(*last)], line[1:]...)
		default:
			folded = append(folded, line)
		}
	}
	lines := make([]string, len(folded))
	for i, line := range folded {
		lines[i] = text(line)
	}
	return lines
}

func text(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(line)
	if err != nil {
		return strings.ToValidUTF8(string(line), "\uFFFD")
	}
	return string(decoded)
}
