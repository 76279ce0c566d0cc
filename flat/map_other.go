//go:build !unix

package flat

import "os"

func mapped(f *os.File, size int) (*File, error) {
	data := make([]byte, size)
	_, err := f.ReadAt(data, 0)
	return &File{data}, err
}
