package house

import (
	"context"
	"sync"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/keys"
	"gatehouse/wire"
)

// The bounds of what is told.
const (
	mostTold     = 20
	mostSteering = 500 // administrators whose second factors are looked up
	endingWithin = 14 * 24 * time.Hour
	lateAfter    = 24 * time.Hour // behind keys.rotate
)

// Attention is what somebody should look at although everything works.
func (h *House) Attention(ctx context.Context) (wire.Attention, error) {
	a, now := wire.Attention{Unguarded: []wire.Subject{}, Ending: []wire.EndingKey{}, Secrets: []wire.EndingSecret{}, Tokens: []wire.EndingToken{}, Late: []string{}}, time.Now()
	policy, err := h.Policy.Current(ctx)
	if err != nil {
		return a, err
	}
	people, err := h.unguarded.of(ctx, h, policy, now)
	if err != nil {
		return a, err
	}
	a.Unguarded = append(a.Unguarded, people...)
	if err := h.ending(ctx, policy, now, &a); err != nil {
		return a, err
	}
	all, err := h.Keys.List(ctx, false)
	if err != nil {
		return a, err
	}
	for _, k := range all {
		if k.State == keys.Signing && now.Sub(k.SignsFrom) > h.Config.Keys.Rotate+lateAfter {
			a.Late = append(a.Late, k.Algorithm)
		}
	}
	return a, nil
}

// ending tells of the keys, secrets and tokens that end soon.
func (h *House) ending(ctx context.Context, policy *access.Snapshot, now time.Time, a *wire.Attention) error {
	until := now.Add(endingWithin)
	for _, k := range firstOf(policy.EndingKeys(access.ServiceAccount, now, until)) {
		a.Ending = append(a.Ending, wire.EndingKey{ID: k.ID, Service: k.Owner.ID, Ends: k.Ends})
	}
	for _, s := range firstOf(h.Registry.EndingSecrets(now, until)) {
		a.Secrets = append(a.Secrets, wire.EndingSecret{ID: s.Secret, Client: s.Client, Name: s.Name, Ends: s.Ends})
	}
	tokens := firstOf(policy.EndingKeys(access.User, now, until))
	var people []id.User
	for _, k := range tokens {
		people = append(people, id.User(k.Owner.ID))
	}
	known, err := h.Identity.Standings(ctx, people)
	if err != nil {
		return err
	}
	for _, k := range tokens {
		if s, there := known[id.User(k.Owner.ID)]; there && !s.Disabled {
			a.Tokens = append(a.Tokens, wire.EndingToken{ID: k.ID, User: wire.Subject{Kind: access.User, ID: k.Owner.ID, Email: s.Email}, Ends: k.Ends})
		}
	}
	return nil
}

func firstOf[T any](all []T) []T { return all[:min(len(all), mostTold)] }

// unguarded is who administers without a second factor, as it was found out last: everybody of
// whom the policy says something is looked at for it.
type unguarded struct {
	mu   sync.Mutex
	at   time.Time
	last []wire.Subject
}

// foundFor is how long it counts.
const foundFor = time.Minute

func (u *unguarded) of(ctx context.Context, h *House, policy *access.Snapshot, now time.Time) ([]wire.Subject, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.at.IsZero() && now.Sub(u.at) < foundFor {
		return u.last, nil
	}
	steering, err := policy.Steering(ctx, now, mostSteering)
	if err != nil {
		return nil, err
	}
	known, err := h.Identity.Standings(ctx, steering)
	if err != nil {
		return nil, err
	}
	u.last = bare(steering, known)
	u.at = now
	return u.last, nil
}

// bare are those who are there, may sign in, and have no second factor.
func bare(steering []id.User, known map[id.User]identity.Standing) (all []wire.Subject) {
	for _, person := range steering {
		s, there := known[person]
		if there && !s.Disabled && len(s.Second) == 0 && len(all) < mostTold {
			all = append(all, wire.Subject{Kind: access.User, ID: string(person), Email: s.Email})
		}
	}
	return all
}
