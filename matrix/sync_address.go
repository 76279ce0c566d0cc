package matrix

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// address decides whether the message m in a room is addressed to the bot, and sets
// m.Mentioned and m.Casual by that. It removes the bot's name from the beginning of
// m.Body.
func (c *Client) address(ctx context.Context, room id.RoomID, m *chat.Message) {
	names := c.names
	if nickname := c.displayName(ctx, room, c.mx.UserID); nickname != "" {
		names = append([]string{nickname}, names...)
	}
	a := addressing{me: c.mx.UserID, names: names}
	m.Body, m.Mentioned, m.Casual = a.read(*m)
}

// addressing holds the names of an account, by which read recognises messages that are
// spoken to it.
type addressing struct {
	me id.UserID
	// names are the display names and nicknames of the account, in any order. Its
	// user id and its localpart always count and need not be listed.
	names []string
}

// read reports whether the message m is addressed to the account, and returns its text
// without the account's name at the start; the text of a message that is not addressed
// to it stays whole. casual says that the only sign is a name followed by a space or a
// line break, as in a sentence about the bot.
func (a addressing) read(m chat.Message) (text string, addressed, casual bool) {
	pinged := slices.Contains(m.Mentions, chat.UserID(a.me))
	start := trimStart(m.Body)
	if user, name, after, ok := leadingLink(m.HTML); ok {
		if user != a.me {
			return m.Body, false, false
		}
		return a.afterLink(start, name, after), true, false
	}
	if user, after, ok := markdownLink(start); ok {
		if user != a.me {
			return m.Body, false, false
		}
		return trimAfterName(after), true, false
	}
	if rest, sep, ok := a.afterName(start); ok {
		text = trimAfterName(rest)
		return text, true, sep == looseSeparator && !pinged && text != ""
	}
	// A reply pings the author of its target, and a mention in mid-sentence is about
	// the bot. The remaining case is a client that uses a name of the bot unknown
	// here.
	if pinged && m.ReplyTo == "" && !a.named(m) {
		if unknown := unknownName.FindString(start); unknown != "" {
			return trimAfterName(start[len(unknown):]), true, false
		}
		return start, true, false
	}
	return m.Body, false, false
}

// unknownName matches an unknown name and the colon or comma after it.
var unknownName = regexp.MustCompile(`^@?[^:,\n/]{1,60}[:,]\s+`)

// afterLink returns the text of a message whose HTML begins with a link to the account,
// without the account's name. start is the message's plain text, name the text of the
// link, and after the HTML's text behind the link. afterLink removes a Markdown link or
// a known name from the beginning of start; if start begins with neither, it returns
// after.
func (a addressing) afterLink(start, name, after string) string {
	if _, rest, ok := markdownLink(start); ok {
		return trimAfterName(rest)
	}
	for _, n := range a.known(name) {
		if rest, ok := cutName(start, n); ok {
			return trimAfterName(rest)
		}
	}
	return trimAfterName(after) // the body uses yet another name of the bot
}

// known returns all names by which people may call the account, each also with an @
// sign, and the names more in the same way, longest first.
func (a addressing) known(more ...string) []string {
	local := a.me.Localpart()
	all := []string{a.me.String(), "@" + local, local}
	for _, name := range append(more, a.names...) {
		if name != "" {
			all = append(all, name, "@"+name)
		}
	}
	slices.SortStableFunc(all, func(x, y string) int { return len(y) - len(x) })
	return slices.Compact(all)
}

// separator is the kind of separator between a name and the text after it.
type separator int

const (
	noSeparator    separator = iota // the name is part of a longer word
	firmSeparator                   // a colon, a comma or the end
	looseSeparator                  // a space or a line break
)

// afterName returns the text that follows the account's name at the start of the text
// start, and what separates the two. ok is false if the text does not start with a name,
// if the name is only a part of a longer word, or if it begins the id of another
// account.
func (a addressing) afterName(start string) (rest string, sep separator, ok bool) {
	for _, name := range a.known() {
		rest, ok := cutName(start, name)
		if !ok {
			continue
		}
		sep := separatorAt(rest)
		if sep == noSeparator || isOtherID(a.me, name, rest) {
			continue
		}
		if sep == looseSeparator && strings.HasPrefix(name, "@") {
			sep = firmSeparator // nobody starts a sentence about the bot with an @ sign
		}
		return rest, sep, true
	}
	return "", noSeparator, false
}

// separatorAt returns the kind of separator at the start of rest, the text after a name:
// firmSeparator for a colon, a comma or nothing more, also after spaces; looseSeparator
// for a space or line break; noSeparator for anything else.
func separatorAt(rest string) separator {
	trimmed := trimSpaces(rest)
	switch r, _ := utf8.DecodeRuneInString(trimmed); {
	case trimmed == "", isColon(r):
		return firmSeparator
	case len(trimmed) < len(rest), unicode.IsSpace(r):
		return looseSeparator
	}
	return noSeparator
}

// serverAfter matches the server part of a user id, after the localpart.
var serverAfter = regexp.MustCompile(`^:[\w.-]+\.?\w*(?::\d+)?(?:[\s:,]|$)`)

// isOtherID reports whether name, one of the names of the account me, and rest, the
// text after it, form the user id of another account: the same localpart on another
// server, or on another port of the server. For a name without an @ sign, rest has to
// name a server with a dot and another colon, since «heraut:gimp» is a question to the
// bot.
func isOtherID(me id.UserID, name, rest string) bool {
	switch {
	case !strings.HasPrefix(rest, ":") || rest == ":":
		return false
	case name == me.String():
		return len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9'
	case !serverAfter.MatchString(rest):
		return false
	case strings.HasPrefix(name, "@"):
		return true
	}
	// «heraut:gimp» is a question to the bot; «heraut:example.org: gimp» is not.
	server := serverAfter.FindString(rest)
	return strings.Contains(server, ".") && strings.HasSuffix(server, ":")
}

// named reports whether the text or the HTML of the message m contains any name of the
// account, or its user id as links write it; upper or lower case does not count.
func (a addressing) named(m chat.Message) bool {
	text := strings.ToLower(m.Body + "\n" + m.HTML)
	return slices.ContainsFunc(a.known(), func(name string) bool { return strings.Contains(text, strings.ToLower(name)) }) ||
		strings.Contains(text, strings.ToLower(url.PathEscape(a.me.String())))
}

// cutName removes a name from the start of text and returns the rest. It ignores case,
// treats all kinds of spaces as equal, and skips invisible characters in the text. ok is
// false if text does not start with the name.
func cutName(text, name string) (rest string, ok bool) {
	for _, want := range name {
		if isInvisible(want) {
			continue
		}
		var got rune
		var size int
		for {
			got, size = utf8.DecodeRuneInString(text)
			if size == 0 {
				return "", false
			}
			text = text[size:]
			if !isInvisible(got) {
				break
			}
		}
		if got != want && (!unicode.IsSpace(got) || !unicode.IsSpace(want)) && !strings.EqualFold(string(got), string(want)) {
			return "", false
		}
	}
	return text, true
}

// leadingLink returns the user to whom the link at the start of source, a message's
// HTML, points, the text of the link, and the text after it. ok is false if the HTML
// starts with anything else, such as text, a quote, an image or a link to no user.
func leadingLink(source string) (user id.UserID, name, after string, ok bool) {
	if source == "" {
		return "", "", "", false
	}
	tokens := html.NewTokenizer(strings.NewReader(source))
	var inside, behind strings.Builder
	out := &inside
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end
			return user, strings.TrimSpace(inside.String()), behind.String(), user != ""
		case html.TextToken:
			text := string(tokens.Text())
			if user == "" && trimStart(text) != "" {
				return "", "", "", false
			}
			out.WriteString(text)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			switch {
			case user != "" && (token.DataAtom == atom.Br || token.DataAtom == atom.P):
				out.WriteByte('\n')
			case user == "" && token.DataAtom == atom.A:
				if user = linkedUser(attributeOf(token, "href")); user == "" {
					return "", "", "", false
				}
			case user == "" && (token.DataAtom == atom.Blockquote || token.DataAtom == atom.Pre || token.DataAtom == atom.Img):
				return "", "", "", false
			}
		case html.EndTagToken:
			if tag, _ := tokens.TagName(); string(tag) == "a" {
				out = &behind
			}
		}
	}
}

func attributeOf(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

var markdown = regexp.MustCompile(`^\[([^\]\n]{1,200})\]\(<?([^)\s>]{1,500})>?\)`)

// trimAfterName removes from the start of s the separator between a name and the text
// after it: spaces, line breaks, invisible characters, colons and commas.
func trimAfterName(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) || isColon(r) })
}

// trimStart removes spaces, line breaks and invisible characters from the start of s.
func trimStart(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) })
}

// trimSpaces removes spaces and invisible characters from the start of s, but no line
// feeds.
func trimSpaces(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\n' || isInvisible(r) })
}

// isColon reports whether r is a colon or a comma, also in full width.
func isColon(r rune) bool { return r == ':' || r == ',' || r == '：' || r == '，' }

// isInvisible reports whether clients show nothing for r: zero-width characters,
// byte order marks, direction marks, soft hyphens.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) || r == '\u034F' || r == '\uFE0F' }
