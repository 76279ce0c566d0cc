package commands

import (
	"context"
	"slices"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
)

// noticeLines bounds how many lines of a homeserver's notice the operators get.
const noticeLines = 12

// Move is a function that assigns stored data of the room from to the room to, its
// successor after an upgrade, in the transaction of ctx.
type Move func(ctx context.Context, from, to chat.RoomID) error

// moved returns a Result whose change assigns all stored data of the room of e, which
// was upgraded, to its successor. The change runs the moves in their order and stops at
// the first error.
func (h *Handler) moved(e chat.Event) queue.Result {
	return queue.Result{Change: func(ctx context.Context) error {
		for _, move := range h.moves {
			if err := move(ctx, e.Room, e.Moved.To); err != nil {
				return err
			}
		}
		return nil
	}}
}

// joined returns the message with which the bot greets the room of e, which it has
// joined. For a room in which the bot is unwelcome, it returns a message that says why
// the bot leaves, and a post by which it leaves. It remembers that the bot greeted a
// direct message.
func (h *Handler) joined(e chat.Event) (queue.Result, error) {
	if !e.Joined.Unwelcome {
		if e.Direct {
			h.greeted.note(e.Room, e.At)
		}
		return h.say(e, "welcome")
	}
	result, err := h.say(e, "unwelcome")
	result.Posts = append(result.Posts, chat.Post{Room: e.Room, Priority: chat.Answer, Leaves: true})
	return result, err
}

// inform returns a message of the template, rendered with data in each one's language,
// to each operator who has a direct message with the bot.
func (h *Handler) inform(ctx context.Context, template string, data any) (queue.Result, error) {
	posts, err := h.operators.Posts(ctx, func(lang string) (string, error) { return locale.Render(lang, template, data) })
	return queue.Result{Posts: posts}, err
}

// blocked is the data of the message to operators that the homeserver begins or ceases
// to refuse the bot's posts in a room.
type blocked struct {
	Room    place
	Blocked bool
}

// Blocked returns the messages for the operators when the homeserver begins to refuse
// the bot's posts in a room or, if isBlocked is false, accepts them again. It serves as
// queue.Config.Blocked.
func (h *Handler) Blocked(ctx context.Context, room chat.RoomID, isBlocked bool) ([]chat.Post, error) {
	r, err := h.answerer.room(ctx, room)
	if err != nil {
		return nil, err
	}
	data := blocked{Room: h.answerer.place(ctx, r), Blocked: isBlocked}
	return h.operators.Posts(ctx, func(lang string) (string, error) { return locale.Render(lang, "room-blocked", data) })
}

// removal is the data of the message to operators that a member removed the bot from a
// room: the room, and whether the bot is banned there.
type removal struct {
	place
	Banned bool
}

// removed returns the messages that inform the operators that a member removed the bot
// from a room that it should serve. The Result is empty for other rooms, whose members
// may remove the bot as they like.
func (h *Handler) removed(ctx context.Context, e chat.Event) (queue.Result, error) {
	missing, err := h.answerer.admin.Missing(ctx)
	if err != nil || !slices.ContainsFunc(missing, func(r chat.Room) bool { return r.ID == e.Room }) {
		return queue.Result{}, err
	}
	room := chat.Room{ID: e.Room, RoomFacts: chat.RoomFacts{Name: e.Removed.Name}}
	return h.inform(ctx, "removed", removal{h.answerer.place(ctx, room), e.Removed.Exit == chat.ExitBanned})
}

// notice is the data of the message to operators with a text that the homeserver sent
// to the account.
type notice struct {
	Lines []string
	Cut   bool
}

func noticeOf(body string) (n notice) {
	for line := range strings.Lines(body) {
		switch line = strings.TrimSpace(line); {
		case line == "":
		case len(n.Lines) == noticeLines:
			n.Cut = true
		default:
			n.Lines = append(n.Lines, line)
		}
	}
	return n
}
