package commands

// Shape is what kind of answer a line gets.
type Shape string

// The shapes.
const (
	Card        Shape = "card"        // one software
	List        Shape = "list"        // software or repositories to choose from
	Maybe       Shape = "maybe"       // guesses, at most 3
	Instead     Shape = "instead"     // what takes the place of a product
	Suggestions Shape = "suggestions" // nothing was found, but names come near
	None        Shape = "none"        // nothing was found
	Info        Shape = "info"        // anything else
	Help        Shape = "help"
	Ignored     Shape = "ignored" // no answer
)

// shapes are those of the messages that are not Info.
var shapes = map[string]Shape{
	"card": Card, "choice": List, "maybe": Maybe, "instead": Instead, "repositories": List, "facets": List,
	"none": None, "none-replacing": None, "none-repositories": None, "no-repositories": None,
	"help": Help, "help-command": Help, "welcome": Help,
}

// shapeOf returns the shape of a message.
func shapeOf(template string) Shape {
	if s, ok := shapes[template]; ok {
		return s
	}
	return Info
}
