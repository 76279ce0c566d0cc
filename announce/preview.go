package announce

import (
	"time"

	"heraut/locale"
	"heraut/sources"
)

// Preview returns the HTML of the message that would announce the new item f, seen at
// now, in the language lang and with dates in zone. The error is that of the template.
func Preview(f sources.Fresh, now time.Time, lang string, zone *time.Location) (string, error) {
	n := &News{ID: 1, Item: f.Item, What: f.News, Seen: now, Checked: now}
	l := Layout{Lines: []Line{{Total: 1, Items: []int64{n.ID}}}, Total: 1}
	news := map[int64]*News{n.ID: n}
	return locale.Render(lang, l.template(news), l.view(news, zone))
}
