package commons

import (
	"bytes"
	"encoding/json"
	"io"

	"heraut/catalogue"
)

// parseItalia reads one page of the API of Developers Italia from r. Each element holds
// a publiccode.yml as a text; one that cannot be read is dropped and reported. An
// element that is not active becomes a withdrawn entry. The address of the next page is
// a query without a path. If more than half of the elements lack the text, the error
// wraps catalogue.ErrUnknownList.
func parseItalia(r io.Reader, s *Settings) (list, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return list{}, err
	}
	var l list
	var foreign map[string]any
	index, strange := -1, 0
	err = catalogue.Elements(bytes.NewReader(data), "data", func(v any) error {
		index++
		e := asElement(v)
		yaml := e.text("publiccodeYml")
		if yaml == "" {
			if strange++; foreign == nil {
				foreign = e
			}
			l.drop(index, "has no publiccodeYml")
			return nil
		}
		d, err := readPublicCode([]byte(yaml), s)
		if err != nil {
			l.drop(index, err.Error())
			return nil
		}
		d.id, d.page = e.text("id"), "https://developers.italia.it/en/software/"+e.text("id")
		if d.code == "" {
			d.code = e.text("url")
		}
		active, given := e["active"].(bool)
		d.gone = given && !active
		d.fields["addedTime"], d.fields["updateTime"] = e.text("createdAt"), e.text("updatedAt")
		l.add(index, &d, s)
		return nil
	})
	switch {
	case err != nil:
		return list{}, err
	case strange*2 > index+1:
		return list{}, catalogue.FieldsError(foreign)
	}
	var page struct {
		Links struct {
			Next string `json:"next"`
		} `json:"links"`
	}
	if json.Unmarshal(data, &page) == nil {
		l.next = page.Links.Next // an object of another shape has one page
	}
	return l, nil
}
