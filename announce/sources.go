package announce

import (
	"fmt"
	"strings"

	"heraut/catalogue"
	"heraut/fetch"
)

// NewSource returns the Source that s describes. getter reads it, unless it is
// the catalogue, which current gives.
func NewSource(s Settings, getter *fetch.Getter, current func() catalogue.State) (Source, error) {
	switch s.Kind {
	case Ecosystems:
		return &ecosystems{getter: getter, base: strings.TrimRight(s.Location, "/")}, nil
	case RepositoryList:
		return &repositoryList{getter: getter, location: s.Location}, nil
	case SILL:
		return &sill{current: current}, nil
	case Feed:
		return &feed{getter: getter, url: s.Location}, nil
	}
	return nil, fmt.Errorf("%q is no kind of source", s.Kind)
}

// NewRunner returns what reads a source and has the desk's rooms told.
func (d *Desk) NewRunner(s Settings, source Source) *Runner {
	return &Runner{settings: s, source: source, pace: fetch.NewPace(s.Every), desk: d}
}
