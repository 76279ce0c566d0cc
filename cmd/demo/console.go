package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// console is where the person types and reads.
type console struct {
	readLine func() (string, error) // what is typed, at the end with an error
	answers  io.Writer
	notes    io.Writer // for all else

	// On a terminal both writers go through an editor of lines that keeps what
	// is being typed below what is written.
	editor *term.Terminal // nil unless both ends are a terminal
	size   func() (width, height int)
	close  func() // puts the terminal back
}

// openConsole uses a terminal if in and out are one that can move its cursor.
func openConsole(in, out, notes *os.File) (*console, error) {
	c := &console{answers: out, notes: notes, close: func() {}}
	if !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) || os.Getenv("TERM") == "dumb" {
		reader := bufio.NewReader(in)
		c.readLine = func() (string, error) { return reader.ReadString('\n') }
		return c, nil
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("prepare the terminal: %w", err)
	}
	c.close = func() {
		fmt.Fprint(out, "\r\n")                // below the line that was being typed
		_ = term.Restore(int(in.Fd()), before) // nothing is left to do if it fails
	}
	c.size = func() (int, int) {
		width, height, err := term.GetSize(int(out.Fd()))
		if err != nil || width == 0 {
			return 80, 24
		}
		return width, height
	}
	c.editor = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	c.readLine, c.answers, c.notes = c.editor.ReadLine, c.editor, c.editor
	return c, nil
}

// lines hands over what is typed from now on, and closes at its end. A read
// cannot be interrupted: it ends with the process.
func (c *console) lines() <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for {
			line, err := c.readLine()
			if line = strings.TrimSpace(visible(line)); line != "" {
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// interactive tells whether somebody types at a terminal.
func (c *console) interactive() bool { return c.editor != nil }

// prompt has what stands before the typed line changed from the next write on.
// The first one is to be set before lines are read: an empty one is never redrawn.
func (c *console) prompt(text string) {
	if c.interactive() {
		c.editor.SetPrompt(text)
	}
}

// width is how many columns a terminal has now.
func (c *console) width() int {
	width, height := c.size()
	_ = c.editor.SetSize(width, height) // fails only where the next write does
	return width
}

// visible takes out what would move the cursor, ring, or be no text.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r) && r != '\n':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
