package catalogue

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// elements are JSON texts, right and wrong ones.
var elements = []string{
	`{}`, `[]`, `""`, `0`, `-1.5e+3`, `true`, `false`, `null`, `"é’\u00e9\n\"\\"`, `{"a": {"b": [1, {"c": null}]}, "d": "]}\"{["}`,
	`"\ud83d\ude00"`, `"\ud800"`, `"\ud800\u0041"`, `"\udc00x"`, `{"\u0061": 1}`, `{"a": 1, "a": 2}`, `{"": ""}`, " [ 1 , 2 ] ", `"a\/b"`,
	`12345678901234567890`, `1E400`, `-0`, strings.Repeat("[", 300) + strings.Repeat("]", 300),
	strings.Repeat(`{"a":[`, 20) + `"\ud83d\ude00", 1.50, {"b": null, "b": true}` + strings.Repeat("]}", 20),
	`{`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `01`, `1.`, `.5`, `+1`, `--1`, `1e`, `tru`, `nul`, `True`, `"`, `"\x"`, `"\u12g4"`,
	"\"a\nb\"", "\"a\x01b\"", `'a'`, `{"a":1]`, `[1}`, `[1 2]`, `{"a":1 "b":2}`, `"a" "b"`, ``, ` `, `NaN`, `[1]]`, "\u00a01", `"` + "\x7f" + `"`,
}

// decodeElement accepts the same texts as encoding/json, and returns the same.
func TestDecodeElement(t *testing.T) {
	for _, text := range elements {
		got, err := decodeElement(text)
		want, wantErr := decodeSlowly(text)
		if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, %v; want %v, %v", text, got, err, want, wantErr)
		}
	}
}

// decodeElement takes about as long for a deep element as encoding/json: it does not
// read the text once at each level, which takes a hundred times as long.
func TestDecodeDeepElement(t *testing.T) {
	const depth = maxDepth - 1
	text := strings.Repeat("[", depth) + `"` + strings.Repeat("x", 1<<20) + `"` + strings.Repeat("]", depth)
	timed := func(decode func(string) (any, error)) time.Duration {
		start := time.Now()
		if _, err := decode(text); err != nil {
			t.Fatal(err)
		}
		return time.Since(start)
	}
	slow, fast := timed(decodeSlowly), timed(decodeElement)
	if most := max(2*time.Second, 20*slow); fast > most {
		t.Errorf("it took %v, encoding/json %v", fast, slow)
	}
}

func FuzzDecodeElement(f *testing.F) {
	for _, text := range elements {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "") // as newInput does
		got, err := decodeElement(text)
		want, wantErr := decodeSlowly(text)
		if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, %v; want %v, %v", text, got, err, want, wantErr)
		}
	})
}

// readList finds the same elements in a list as encoding/json, wherever a read ends.
func TestReadListSplits(t *testing.T) {
	for n := range elements {
		for _, list := range [][]string{elements[n : n+1], {`{"x": "y"}`, elements[n]}, {elements[n], `[0]`, `7`}} {
			text := "[" + strings.Join(list, ",") + "]\n"
			var want []any
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			wantErr := dec.Decode(&want)
			if _, err := dec.Token(); wantErr == nil && !errors.Is(err, io.EOF) {
				wantErr = errors.New("more text")
			}
			var got []any
			err := readList(newInput(iotest.OneByteReader(strings.NewReader(text))), "", func(element any) error {
				got = append(got, element)
				return nil
			})
			if (err == nil) != (wantErr == nil) || err == nil && !slices.EqualFunc(got, want, reflect.DeepEqual) {
				t.Errorf("%q: %v, %v; want %v, %v", text, got, err, want, wantErr)
			}
		}
	}
}

// An error in the list stops the reading, however many elements follow.
func TestReadStopsAtFault(t *testing.T) {
	const element = `{"id": 1, "name": "A"},`
	text := "[" + element + `{"id" 2},` + strings.Repeat(element, 100_000) + element[:len(element)-1] + "]"
	r := strings.NewReader(text)
	if _, err := Read(r); !errors.Is(err, ErrNotJSON) {
		t.Errorf("got %v", err)
	}
	if r.Len() < len(text)/2 {
		t.Errorf("%d of %d bytes were read", len(text)-r.Len(), len(text))
	}
}
