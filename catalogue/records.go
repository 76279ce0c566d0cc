package catalogue

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// records holds entries in a compact form, one after another: a Software has some fifty
// fields, most of them empty, and takes a kilobyte even so. A record holds the fields
// that are not zero, each after its number; a zero ends it.
type records struct {
	text string
	ends []uint32 // of each record in text
}

// packer packs entries one by one into the compact form of records.
type packer struct {
	packed []byte
	ends   []uint32
}

func (p *packer) add(s *Software) {
	p.packed = appendStruct(p.packed, reflect.ValueOf(s).Elem())
	p.ends = append(p.ends, uint32(len(p.packed)))
}

func (p *packer) records() records {
	return records{string(p.packed), append([]uint32(nil), p.ends...)}
}

func (r *records) len() int { return len(r.ends) }

// at returns a copy of the i-th entry, unpacked.
func (r *records) at(i int) *Software {
	start := uint32(0)
	if i > 0 {
		start = r.ends[i-1]
	}
	// The texts of the entry share this copy of its record, and keep nothing else alive.
	u := unpacker{strings.Clone(r.text[start:r.ends[i]])}
	s := new(Software)
	u.structure(reflect.ValueOf(s).Elem())
	return s
}

var timeType = reflect.TypeFor[time.Time]()

func appendStruct(out []byte, v reflect.Value) []byte {
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			out = binary.AppendUvarint(out, uint64(i+1))
			out = appendValue(out, f)
		}
	}
	return append(out, 0)
}

func appendValue(out []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		out = binary.AppendUvarint(out, uint64(v.Len()))
		return append(out, v.String()...)
	case reflect.Bool:
		if v.Bool() {
			return append(out, 1)
		}
		return append(out, 0)
	case reflect.Int:
		return binary.AppendVarint(out, v.Int())
	case reflect.Pointer:
		return appendValue(out, v.Elem())
	case reflect.Slice:
		out = binary.AppendUvarint(out, uint64(v.Len()))
		for i := range v.Len() {
			out = appendValue(out, v.Index(i))
		}
		return out
	case reflect.Struct:
		if v.Type() == timeType {
			return appendTime(out, v.Interface().(time.Time))
		}
		return appendStruct(out, v)
	}
	panic(fmt.Sprintf("catalogue: records hold no %s", v.Type())) // TestRecords would find it
}

func appendTime(out []byte, t time.Time) []byte {
	packed, err := t.MarshalBinary()
	if err != nil { // an offset that the form does not know
		packed, _ = t.UTC().MarshalBinary()
	}
	out = append(out, byte(len(packed)))
	return append(out, packed...)
}

// unpacker reads the fields of one packed entry, as packer wrote them.
type unpacker struct{ rest string }

func (u *unpacker) structure(v reflect.Value) {
	for {
		field := u.number()
		if field == 0 {
			return
		}
		u.value(v.Field(int(field) - 1))
	}
}

func (u *unpacker) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(u.take(u.number()))
	case reflect.Bool:
		v.SetBool(u.take(1) == "\x01")
	case reflect.Int:
		n := u.number()
		x := int64(n >> 1)
		if n&1 != 0 {
			x = ^x
		}
		v.SetInt(x)
	case reflect.Pointer:
		to := reflect.New(v.Type().Elem())
		u.value(to.Elem())
		v.Set(to)
	case reflect.Slice:
		n := int(u.number())
		all := reflect.MakeSlice(v.Type(), n, n)
		for i := range n {
			u.value(all.Index(i))
		}
		v.Set(all)
	case reflect.Struct:
		if v.Type() == timeType {
			// A time that was written can be read.
			_ = v.Addr().Interface().(*time.Time).UnmarshalBinary([]byte(u.take(uint64(u.take(1)[0]))))
			return
		}
		u.structure(v)
	}
}

// number reads the next number, which packer wrote in the variable-length form of
// encoding/binary, and moves past it. It panics at the end of the entry.
func (u *unpacker) number() uint64 {
	var n uint64
	for shift := 0; ; shift += 7 {
		b := u.rest[0]
		u.rest = u.rest[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
}

func (u *unpacker) take(n uint64) string {
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}
