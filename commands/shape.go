package commands

// Shape is the kind of an answer: a card, a list, guesses, nothing found, other
// information, and so on.
type Shape string

// The shapes.
const (
	Card        Shape = "card"        // one software
	List        Shape = "list"        // software or repositories to choose from
	Maybe       Shape = "maybe"       // guesses, at most 3
	Instead     Shape = "instead"     // substitutes for a product
	Suggestions Shape = "suggestions" // no match, but similar names
	None        Shape = "none"        // no match
	Info        Shape = "info"        // any other answer
	Help        Shape = "help"
	Ignored     Shape = "ignored" // no answer
)

// shapes maps the templates of messages to their shapes; other messages are Info.
var shapes = map[string]Shape{
	"card": Card, "choice": List, "maybe": Maybe, "instead": Instead, "repositories": List, "facets": List, "commun": List,
	"none": None, "none-replacing": None, "none-repositories": None, "commun-none": None, "no-repositories": None,
	"help": Help, "help-command": Help, "welcome": Help,
}

// shapeOf returns the kind of answer that the template of that name gives: the one in
// shapes, or Info if the template is not there.
func shapeOf(template string) Shape {
	if s, ok := shapes[template]; ok {
		return s
	}
	return Info
}
