package rooms

import (
	"context"
	"slices"
	"testing"

	"heraut/chat"
)

type stored []chat.Room

func (s stored) Rooms(context.Context) ([]chat.Room, error) { return slices.Clone(s), nil }

type posted map[chat.Cause][]chat.Post

func (p posted) Post(_ context.Context, cause chat.Cause, posts ...chat.Post) error {
	p[cause] = append(p[cause], posts...)
	return nil
}

func TestOperatorsAreToldInTheirDirectMessages(t *testing.T) {
	const camille, sacha, mallory = chat.UserID("@camille:example.org"), chat.UserID("@sacha:example.org"), chat.UserID("@mallory:example.org")
	direct := func(id chat.RoomID, by chat.UserID) chat.Room {
		return chat.Room{ID: id, InvitedBy: by, Direct: true, Joined: true, Members: 2}
	}
	crowded, left, alone, room := direct("!crowded", camille), direct("!left", camille), direct("!alone", camille), direct("!room", camille)
	crowded.Members, left.Joined, alone.Members, room.Direct = 3, false, 1, false
	for name, test := range map[string]struct {
		rooms stored
		want  []chat.RoomID
	}{
		"nobody":               {nil, nil},
		"an operator":          {stored{direct("!a", camille)}, []chat.RoomID{"!a"}},
		"two rooms, one is it": {stored{direct("!b", camille), direct("!a", camille)}, []chat.RoomID{"!a"}},
		"somebody else":        {stored{direct("!a", mallory)}, nil},
		"a look-alike":         {stored{direct("!a", "@Camille:example.org"), direct("!b", "@camille:example.org.evil")}, nil},
		"no longer so":         {stored{crowded, left, alone, room}, nil},
		"two operators":        {stored{direct("!a", camille), direct("!b", sacha)}, []chat.RoomID{"!a", "!b"}},
	} {
		t.Run(name, func(t *testing.T) {
			book := NewBook(Settings{Language: "fr"})
			book.Declare("!b", Settings{Language: "en"})
			o := NewOperators([]chat.UserID{camille, sacha}, book, test.rooms)
			posts := posted{}
			told, err := o.Tell(t.Context(), posts, "cause", func(lang string) (string, error) { return lang, nil })
			if err != nil || told != (len(test.want) > 0) {
				t.Fatalf("told %t, %v", told, err)
			}
			if len(posts) != len(test.want) {
				t.Fatalf("got %v", posts)
			}
			for _, room := range test.want {
				p := posts["cause "+chat.Cause(room)]
				if len(p) != 1 || p[0].Room != room || p[0].HTML != book.Of(room).Language || p[0].Lang != p[0].HTML || !p[0].Rings || len(p[0].Mentions) != 1 {
					t.Errorf("%s got %+v", room, p)
				}
			}
		})
	}
}
