//go:build !unix

package flat

import "os"

func mapped(f *os.File, _ int) (*File, error) {
	data, err := os.ReadFile(f.Name())
	return &File{data}, err
}
