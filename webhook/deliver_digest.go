package webhook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heraut/chat"
	"heraut/locale"
)

// digest posts one message in place of the deliveries all of a hook, with their number
// and the first line of some, and deletes the deliveries, in the transaction of ctx.
// Alerts that they end are still marked as ended in their own messages. digest adds all
// messages and edits to made.
func (s *Service) digest(ctx context.Context, hook Hook, all []Delivery, made *sent) error {
	lang := s.Book.Of(hook.Room).Language
	d := digestView{Count: len(all), Name: hook.Name, From: all[0].At.In(s.Zone), To: all[len(all)-1].At.In(s.Zone)}
	for i, one := range all {
		if err := s.Store.DeleteDelivery(ctx, one.Seq); err != nil {
			return err
		}
		m, ok := s.read(one, lang)
		// Even within a digest, an alert that ends is struck out.
		t := telling{Service: s, hook: hook, lang: lang, at: one.At, cause: fmt.Sprintf("webhook %d", one.Seq), made: made}
		over := slices.DeleteFunc(slices.Clone(m.Notes), func(n Note) bool { return !n.Over })
		if _, err := t.update(ctx, over); err != nil {
			return err
		}
		if i >= digestLines {
			d.More++
			continue
		}
		line := ""
		if ok {
			line = bare(m.Notes[0].HTML())
			if m.Notes[0].Head != "" {
				line = bare(m.Notes[0].Head)
			}
		}
		if line != "" {
			d.Lines = append(d.Lines, unescape(line))
		}
	}
	html, err := locale.Render(lang, "webhook-digest", d)
	if err != nil {
		return err
	}
	made.messages++
	return s.Queue.Post(ctx, chat.Cause(fmt.Sprintf("webhook digest %d", all[0].Seq)), chat.Post{
		Room: hook.Room, Priority: chat.Webhook, HTML: html, Lang: lang,
	})
}

// digestView is the data of the template webhook-digest: how many deliveries of a hook
// came, from when to when, and the first line of some. More counts the deliveries after
// the first digestLines.
type digestView struct {
	Count    int
	Name     string // the hook's name
	From, To time.Time
	Lines    []string
	More     int
}
