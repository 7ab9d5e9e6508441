package gate

import (
	"sync"
	"time"
)

// knownCertificates remembers those that were good, so that signatures are not checked at
// every request.
type knownCertificates struct {
	mu  sync.Mutex
	all map[digest]Certified
}

const maxKnownCertificates = 4096

func (k *knownCertificates) get(key digest, now time.Time) (Certified, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.all[key]
	return c, ok && !now.Before(c.from) && !now.After(c.Until)
}

func (k *knownCertificates) put(key digest, c Certified) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[digest]Certified{}
	}
	for old := range k.all { // in no order: any
		if len(k.all) < maxKnownCertificates {
			break
		}
		delete(k.all, old)
	}
	k.all[key] = c
}
