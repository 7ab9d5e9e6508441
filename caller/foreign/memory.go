package foreign

import (
	"sync"
	"time"
)

// maxGood bounds how many tokens of an issuer are remembered whose signature was checked,
// some 400 bytes each.
const maxGood = 8192

// memory remembers them by the hash of the whole token, so that no other spelling of one can
// meet its entry.
type memory struct {
	mu  sync.RWMutex
	all map[digest]*signed
}

func (m *memory) get(key digest) *signed {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.all[key]
}

// put remembers one. Where there is no room, one of a few that are over goes, or any.
func (m *memory) put(key digest, t *signed, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[digest]*signed{}
	}
	tried := 0
	for old, one := range m.all {
		if len(m.all) < maxGood {
			break
		}
		if tried++; !now.Before(one.Until) || tried == 8 {
			delete(m.all, old)
		}
	}
	m.all[key] = t
}
