package oauth

import (
	"cmp"
	"slices"
	"time"

	"gatehouse/id"
)

// EndingSecret is a secret of a client that the clock ends.
type EndingSecret struct {
	Client id.Client
	Name   string // of the client
	Secret id.Secret
	Ends   time.Time
}

// EndingSecrets are the secrets of clients that the clock ends after now and until then, the first
// to end first. It answers from memory; those of clients that are disabled wake nobody.
func (r *Registry) EndingSecrets(now, until time.Time) (all []EndingSecret) {
	known := r.clients.Load()
	if known == nil {
		return nil
	}
	for _, c := range *known {
		if c.Disabled {
			continue
		}
		for _, s := range c.Secrets {
			if s.Expires.After(now) && !s.Expires.After(until) {
				all = append(all, EndingSecret{c.ID, c.Name, s.ID, s.Expires.UTC()})
			}
		}
	}
	slices.SortFunc(all, func(a, b EndingSecret) int { return cmp.Or(a.Ends.Compare(b.Ends), cmp.Compare(a.Secret, b.Secret)) })
	return all
}
