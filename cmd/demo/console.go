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

// console is the connection of the prompt to the person: the typed lines and the
// writers of output.
type console struct {
	readLine func() (string, error) // returns the next typed line; at the end of the input, an error
	answers  io.Writer
	notes    io.Writer // for everything except answers

	// On a terminal both writers go through a line editor, which keeps the line
	// being typed below the output.
	editor *term.Terminal // nil unless both ends are a terminal
	size   func() (width, height int)
	close  func() // restores the terminal
}

// openConsole returns a console that reads from in and writes answers to out and other
// texts to notes. If in and out are a terminal, other than TERM=dumb, it changes the
// terminal's mode so that the person can edit the typed line, and writes everything to
// out; close restores the mode. The error means that the mode cannot be changed.
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
		fmt.Fprint(out, "\r\n")                // below the unfinished line
		_ = term.Restore(int(in.Fd()), before) // a failure here leaves nothing else to try
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

// lines returns a channel of the lines typed from now on, without control characters,
// surrounding spaces and empty lines. The channel closes at the end of the input. Call
// it once: a read cannot be interrupted, so its goroutine ends with the process.
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

// interactive reports whether a person types at a terminal.
func (c *console) interactive() bool { return c.editor != nil }

// prompt changes the text before the typed line, from the next write on; without a
// terminal it does nothing. Set the first prompt before reading lines: the editor never
// redraws an empty one.
func (c *console) prompt(text string) {
	if c.interactive() {
		c.editor.SetPrompt(text)
	}
}

// width returns the terminal's present width in columns, 80 if it is not known, and
// sets the line editor to the terminal's size. Call it only on an interactive console:
// it panics otherwise.
func (c *console) width() int {
	width, height := c.size()
	_ = c.editor.SetSize(width, height) // fails only when the next write fails too
	return width
}

// visible returns text without control characters, which could move the cursor or ring
// the bell. Line breaks stay, a tab becomes a space, and invalid UTF-8 the replacement
// character.
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
