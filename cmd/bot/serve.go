package main

import (
	"context"
	"errors"
	"io"

	"github.com/rs/zerolog"
)

func serve(_ context.Context, _ *Config, _ zerolog.Logger) error { return errors.New("absent") }

func login(_ context.Context, _ *Config, _ string, _ io.Writer, _ zerolog.Logger) error {
	return errors.New("absent")
}
