package commons

// Hasten takes the pause between requests out of a reader.
func (r *Reader) Hasten() *Reader {
	r.pause = 0
	return r
}
