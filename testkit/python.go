package testkit

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
)

// ProvidePython installs the packages of requirements.txt in the directory name below
// testkit from PyPI, unless that was done before, and returns the path of the Python
// environment that has them. progress gets lines about the installation.
func ProvidePython(ctx context.Context, name string, progress io.Writer) (string, error) {
	const python = "python3"
	version, err := exec.CommandContext(ctx, python, "-c", "import sys; print(sys.version, sys.base_prefix)").Output()
	if err != nil {
		return "", fmt.Errorf("find Python 3.11 or newer, as python3: %w", err)
	}
	return tool{
		name: name, pins: []string{"requirements.txt"}, maker: string(version), result: "environment",
		install: func(ctx context.Context, source, target string, progress io.Writer) error {
			fmt.Fprintf(progress, "Installing the packages of testkit/%s from PyPI, once; this takes a minute\n", name)
			// Debian has venv in a separate package, python3-venv.
			if err := runTold(exec.CommandContext(ctx, python, "-m", "venv", target), progress); err != nil {
				return fmt.Errorf("make a Python environment (which needs the module venv): %w", err)
			}
			pip := exec.CommandContext(ctx, filepath.Join(target, "bin", "python"), "-m", "pip", "install",
				"--disable-pip-version-check", "--no-input", "--progress-bar=off", "--only-binary=:all:", "--no-deps",
				"-r", filepath.Join(source, "requirements.txt"))
			return runTold(pip, progress)
		},
	}.provide(ctx, progress)
}
