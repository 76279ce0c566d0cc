package commands

import (
	"context"
	"errors"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
	"heraut/webhook"
)

// webhookList is the data of the message with a room's webhooks.
type webhookList struct {
	Prefix string
	Items  []webhook.Hook
	More   int
}

// webhookChange is the data of the message that a webhook was changed.
type webhookChange struct {
	Prefix, Name string
	// What is "created", "renewed", "paused", "resumed", "removed", "tested",
	// "signed" or "unsigned".
	What string
}

// webhookFault is the data of the message that says why a command about webhooks is
// refused.
type webhookFault struct {
	Prefix, Word string
	What         string // "none", "exists", "many", "full", "name", "declared", "direct" or "clear"
}

// webhooks answers with the room's webhooks, the addresses at which tools post
// messages.
func (a *Answerer) webhooks(ctx context.Context, r request) (Answer, error) {
	if r.args != "" {
		return a.explain(ctx, r, r.command)
	}
	all, err := a.admin.Webhooks.In(ctx, r.Room)
	if err != nil {
		return Answer{}, err
	}
	data := webhookList{Prefix: r.Prefix}
	for i := range all {
		if !all[i].Used.IsZero() {
			all[i].Used = all[i].Used.In(a.zone)
		}
	}
	data.Items, data.More = first(all, 20)
	return a.message(r, "webhooks", data)
}

func (a *Answerer) createWebhook(ctx context.Context, r request) (Answer, error) {
	return a.giveWebhook(ctx, r, "created", "address", func(name string) (webhook.Hook, string, func(context.Context) error, error) {
		return a.admin.Webhooks.Create(ctx, r.Room, name, r.Sender)
	})
}

func (a *Answerer) renewWebhook(ctx context.Context, r request) (Answer, error) {
	return a.giveWebhook(ctx, r, "renewed", "address", func(name string) (webhook.Hook, string, func(context.Context) error, error) {
		return a.admin.Webhooks.Renew(ctx, r.Room, name)
	})
}

// signWebhook answers the command after which senders must sign their requests to a
// webhook, with a key that goes to the person's direct message; with «aucune» they need
// not any more.
func (a *Answerer) signWebhook(ctx context.Context, r request) (Answer, error) {
	name, rest := cutArg(r.args)
	if isWord(rest, "aucun", "aucune") {
		return a.changeWebhook(ctx, r, name, "unsigned", func(name string) (webhook.Hook, func(context.Context) error, error) {
			h, _, change, err := a.admin.Webhooks.Sign(ctx, r.Room, name, false)
			return h, change, err
		})
	}
	return a.giveWebhook(ctx, r, "signed", "signing", func(name string) (webhook.Hook, string, func(context.Context) error, error) {
		return a.admin.Webhooks.Sign(ctx, r.Room, name, true)
	})
}

// webhookSecret is the data of the message with a webhook's secret, its address or its
// signing key, which goes to one person.
type webhookSecret struct {
	Prefix, Name, Secret string
	Room                 *place
	What                 string // "address" or "signing"
}

// giveWebhook answers a command that makes a secret for the webhook in the arguments.
// do makes it: it returns the webhook, the secret and the change of the database. In
// the messages, done names the change and what names the secret. giveWebhook sends the
// secret to the direct message with the person, so that others in the room do not see
// it. It refuses the command if there is no direct message, or if the room is encrypted
// and the direct message is not.
func (a *Answerer) giveWebhook(ctx context.Context, r request, done, what string,
	do func(name string) (webhook.Hook, string, func(context.Context) error, error)) (Answer, error) {
	name, rest := cutArg(r.args)
	if name == "" || rest != "" {
		return a.explain(ctx, r, r.command)
	}
	known, err := a.admin.Rooms.Rooms(ctx)
	if err != nil {
		return Answer{}, err
	}
	direct, ok := webhook.DirectRoom(known, r.Sender)
	switch {
	case !ok:
		return a.webhookFault(r, "direct", name)
	case r.Encrypted && !direct.Encrypted:
		return a.webhookFault(r, "clear", name)
	}
	h, secret, change, err := do(name)
	if err != nil {
		return a.explainWebhook(r, name, err)
	}
	room, err := a.room(ctx, r.Room)
	if err != nil {
		return Answer{}, err
	}
	p := a.place(ctx, room)
	html, err := locale.Render(r.Lang, "webhook-secret", webhookSecret{Prefix: r.Prefix, Name: h.Name, Secret: secret, Room: &p, What: what})
	if err != nil {
		return Answer{}, err
	}
	answer, err := a.webhookChanged(r, h.Name, done, change)
	answer.posts = append(answer.posts, chat.Post{
		Room: direct.ID, Priority: chat.Answer, HTML: html, Lang: r.Lang, Rings: true,
		Guard: chat.Guard{By: GuardName, About: string(inDirect) + " " + r.command.name()},
	})
	return answer, err
}

func (a *Answerer) pauseWebhook(ctx context.Context, r request) (Answer, error) {
	return a.changeWebhook(ctx, r, r.args, "paused", func(name string) (webhook.Hook, func(context.Context) error, error) {
		return a.admin.Webhooks.Pause(ctx, r.Room, name, true)
	})
}

func (a *Answerer) resumeWebhook(ctx context.Context, r request) (Answer, error) {
	return a.changeWebhook(ctx, r, r.args, "resumed", func(name string) (webhook.Hook, func(context.Context) error, error) {
		return a.admin.Webhooks.Pause(ctx, r.Room, name, false)
	})
}

func (a *Answerer) removeWebhook(ctx context.Context, r request) (Answer, error) {
	return a.changeWebhook(ctx, r, r.args, "removed", func(name string) (webhook.Hook, func(context.Context) error, error) {
		return a.admin.Webhooks.Remove(ctx, r.Room, name)
	})
}

// tryWebhook answers the command that posts a text through the webhook in the
// arguments, as a tool would, when the answer's change is applied.
func (a *Answerer) tryWebhook(ctx context.Context, r request) (Answer, error) {
	return a.changeWebhook(ctx, r, r.args, "tested", func(name string) (webhook.Hook, func(context.Context) error, error) {
		text, _ := locale.Word(r.Lang, "webhook test")
		return a.admin.Webhooks.Test(ctx, r.Room, name, text+" "+name)
	})
}

func (a *Answerer) changeWebhook(ctx context.Context, r request, name, what string,
	do func(name string) (webhook.Hook, func(context.Context) error, error)) (Answer, error) {
	name, rest := cutArg(name)
	if name == "" || rest != "" {
		return a.explain(ctx, r, r.command)
	}
	h, change, err := do(name)
	if err != nil {
		return a.explainWebhook(r, name, err)
	}
	return a.webhookChanged(r, h.Name, what, change)
}

// webhookChanged answers that the webhook called name was changed. The parameter what
// names the kind of change, one of the values of webhookChange.What. The answer carries
// out change and, except for "tested", adds an entry to the log of changes.
func (a *Answerer) webhookChanged(r request, name, what string, change func(context.Context) error) (Answer, error) {
	answer, err := a.message(r, "webhook-changed", webhookChange{r.Prefix, name, what})
	entry := rooms.Change{What: rooms.Webhook, Before: name}
	logged, _ := locale.Word("fr", "webhook log "+what)
	switch what {
	case "created":
		entry.Before, entry.After = "", name
	case "removed":
	case "tested":
		answer.change = change
		return answer, err
	default:
		entry.After = strings.TrimSpace(name + " " + logged)
	}
	answer.change = a.logged(r, entry, change)
	return answer, err
}

// explainWebhook turns err, the error of a command about the webhook called name, into
// an answer. If err is a reason to refuse the command, it returns an Answer with the
// sentence about that reason, and no error. Otherwise it returns the zero Answer and
// err.
func (a *Answerer) explainWebhook(r request, name string, err error) (Answer, error) {
	for _, known := range []struct {
		err  error
		what string
	}{
		{chat.ErrNotFound, "none"}, {webhook.ErrExists, "exists"}, {webhook.ErrTooMany, "many"}, {webhook.ErrFull, "full"},
		{webhook.ErrName, "name"}, {webhook.ErrDeclared, "declared"},
	} {
		if errors.Is(err, known.err) {
			return a.webhookFault(r, known.what, name)
		}
	}
	return Answer{}, err
}

func (a *Answerer) webhookFault(r request, what, word string) (Answer, error) {
	return a.message(r, "webhook-fault", webhookFault{Prefix: r.Prefix, Word: word, What: what})
}
