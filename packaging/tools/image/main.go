// Command image writes a container image of the static program as an archive that
// docker load and podman load read. Two runs over the same files give the same bytes.
//
//	image -program FILE -authorities FILE -arch amd64 -epoch SECONDS -tag heraut:0.2.0 -output FILE
package main

import (
	"archive/tar"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// uid is the account of the image, which /etc/passwd names.
const uid = 65532

func main() {
	program := flag.String("program", "", "the static program")
	authorities := flag.String("authorities", "", "the certificates of public authorities, in PEM")
	arch := flag.String("arch", "", "the processor: amd64 or arm64")
	epoch := flag.Int64("epoch", 0, "the date of the image and its files, in seconds since 1970")
	tag := flag.String("tag", "", "the image's name and tag")
	output := flag.String("output", "", "the archive to write")
	flag.Parse()
	if err := write(*program, *authorities, *arch, *tag, *output, time.Unix(*epoch, 0).UTC()); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func write(program, authorities, arch, tag, output string, date time.Time) error {
	layer, err := layerOf(program, authorities, date)
	if err != nil {
		return err
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer)), nil })
	if err != nil {
		return err
	}
	image, err := mutate.Append(empty.Image, mutate.Addendum{Layer: l, History: v1.History{Created: v1.Time{Time: date}, CreatedBy: "packaging/tools/image"}})
	if err != nil {
		return err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = "linux", arch, v1.Time{Time: date}
	config := []string{"--config", "/etc/heraut/config.yaml"}
	file.Config = v1.Config{
		User:         fmt.Sprintf("%d:%d", uid, uid),
		Entrypoint:   []string{"/heraut"},
		Cmd:          append([]string{"run"}, config...),
		WorkingDir:   "/state",
		Volumes:      map[string]struct{}{"/state": {}},
		ExposedPorts: map[string]struct{}{"8480/tcp": {}},
		StopSignal:   "SIGTERM",
		Healthcheck: &v1.HealthConfig{
			Test:     append([]string{"CMD", "/heraut", "ready"}, config...),
			Interval: 30 * time.Second, Timeout: 5 * time.Second, StartPeriod: 2 * time.Minute,
		},
	}
	if image, err = mutate.ConfigFile(image, file); err != nil {
		return err
	}
	reference, err := name.NewTag(tag)
	if err != nil {
		return err
	}
	return tarball.WriteToFile(output, reference, image)
}

// layerOf returns the only layer of the container image as a tar archive: the program,
// the certificates of the authorities that it trusts, the account heraut in /etc/passwd
// and /etc/group, and the empty directories /etc/heraut, /state (of that account) and
// /tmp. All entries have the given date. program and authorities are paths of files;
// the error is one of reading them or of writing the archive.
func layerOf(program, authorities string, date time.Time) ([]byte, error) {
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	bundle, err := os.ReadFile(authorities)
	if err != nil {
		return nil, fmt.Errorf("the certificates (Debian's package ca-certificates has them): %w", err)
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(name string, mode int64, owner int, content []byte) {
		h := &tar.Header{Name: name, Mode: mode, Uid: owner, Gid: owner, ModTime: date, Format: tar.FormatPAX}
		if h.Typeflag = tar.TypeReg; content == nil {
			h.Typeflag = tar.TypeDir
		}
		h.Size = int64(len(content))
		if err == nil {
			err = w.WriteHeader(h)
		}
		if err == nil {
			_, err = w.Write(content)
		}
	}
	add("etc/", 0o755, 0, nil)
	add("etc/group", 0o644, 0, fmt.Appendf(nil, "heraut:x:%d:\n", uid))
	add("etc/heraut/", 0o755, 0, nil)
	add("etc/passwd", 0o644, 0, fmt.Appendf(nil, "heraut:x:%d:%d::/state:/nologin\n", uid, uid))
	add("etc/ssl/", 0o755, 0, nil)
	add("etc/ssl/certs/", 0o755, 0, nil)
	add("etc/ssl/certs/ca-certificates.crt", 0o644, 0, bundle)
	add("heraut", 0o755, 0, binary)
	add("state/", 0o700, uid, nil)
	// The scratch directory of a container that is otherwise read-only is a mount.
	add("tmp/", 0o1777, 0, nil)
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}
