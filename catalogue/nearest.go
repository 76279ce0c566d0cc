package catalogue

// nearest returns at most 3 entries whose names look like what was typed.
func (c *Catalogue) nearest(q query) []*Software { return nil }
