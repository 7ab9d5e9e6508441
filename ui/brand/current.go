package brand

import (
	"sync/atomic"

	"gatehouse/ui/static"
)

// Current is the brand of a running server, which a reload may replace while pages are
// shown. Its zero value is Gatehouse as it comes; all methods may be called at once.
type Current struct{ pair atomic.Pointer[pair] }

// pair is the brand of now and the one before: pages that were shown with that one
// still load its files.
type pair struct{ now, before *Brand }

// Put makes b the brand of the pages that are shown from now on.
func (c *Current) Put(b *Brand) { c.pair.Store(&pair{now: b, before: c.Brand()}) }

// Brand returns the brand of now. A nil Current has that of Gatehouse.
func (c *Current) Brand() *Brand {
	if c == nil {
		return plain
	}
	if p := c.pair.Load(); p != nil {
		return p.now
	}
	return plain
}

// Files returns what pages load, those of the brand before too, for static.Mount.
func (c *Current) Files() []*static.File {
	p := c.pair.Load()
	if p == nil {
		return nil
	}
	return append(p.now.Files(), p.before.Files()...)
}
