package server

import (
	"maps"
	"sync"
	"sync/atomic"
)

// series keeps what is counted by its labels, so that no request looks them up: a look takes
// no lock and makes nothing. The values of labels are few, and so are its entries; each new
// one costs a copy of all. The zero series is ready, and any number may ask at once.
type series[Labels comparable, Counted any] struct {
	known atomic.Pointer[map[Labels]Counted]
	mu    sync.Mutex // held by who adds one
}

// of returns what is counted by these labels, made by the first who asks.
func (s *series[Labels, Counted]) of(by Labels, first func() Counted) Counted {
	if known := s.known.Load(); known != nil {
		if one, ok := (*known)[by]; ok {
			return one
		}
	}
	return s.add(by, first)
}

func (s *series[Labels, Counted]) add(by Labels, first func() Counted) Counted {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := map[Labels]Counted{}
	if known := s.known.Load(); known != nil {
		if one, ok := (*known)[by]; ok {
			return one
		}
		maps.Copy(more, *known)
	}
	more[by] = first()
	s.known.Store(&more)
	return more[by]
}
