package testkit

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"
)

//go:embed dendrite.yaml.tmpl
var dendriteConfig string

var dendrite = goTool("dendrite", "github.com/element-hq/dendrite/cmd/dendrite")

// StartDendrite starts Dendrite in the empty directory dir. The first call builds it
// from the module testkit/dendrite and reports to progress, which may be [io.Discard].
// ctx only governs the start: Stop ends the server. The start fails if the server does
// not answer within half a minute.
func StartDendrite(ctx context.Context, dir string, progress io.Writer) (*Homeserver, error) {
	program, err := dendrite.provide(ctx, progress)
	if err != nil {
		return nil, err
	}
	h := &Homeserver{
		Kind:         "dendrite",
		Name:         ServerName,
		SharedSecret: rand.Text(),
		LogFile:      filepath.Join(dir, "dendrite.log"),
	}
	if err := writeDendriteFiles(dir, h); err != nil {
		return nil, err
	}
	err = h.startAnywhere(ctx, func(port int) error {
		h.command = func(ctx context.Context) *exec.Cmd {
			cmd := exec.CommandContext(ctx, program, "-config", "dendrite.yaml",
				"-http-bind-address", fmt.Sprintf("127.0.0.1:%d", port))
			cmd.Dir = dir
			return cmd
		}
		return nil
	})
	return h, err
}

func writeDendriteFiles(dir string, h *Homeserver) error {
	var config bytes.Buffer
	err := template.Must(template.New("").Parse(dendriteConfig)).Execute(&config, h)
	if err != nil {
		return fmt.Errorf("write Dendrite's configuration: %w", err)
	}
	seed := make([]byte, 32)
	rand.Read(seed)
	key := pem.EncodeToMemory(&pem.Block{
		Type:    "MATRIX PRIVATE KEY",
		Headers: map[string]string{"Key-ID": "ed25519:test"},
		Bytes:   seed,
	})
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "dendrite.yaml"), config.Bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "signing.key"), key, 0o600),
	)
}
