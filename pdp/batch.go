package pdp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/oauth"
)

// typeFeed is the JOSE type of batches, so that none is taken for a token.
const typeFeed = "gatehouse-feed+jwt"

// batch is what some listeners are told next.
type batch struct {
	jws   string
	to    cursor
	tells bool // it is not empty
	more  bool // there is more already
	made  time.Time
}

type event struct {
	Subject string   `json:"sub,omitempty"`
	API     string   `json:"api,omitempty"`
	MinPV   uint64   `json:"minpv,omitempty"`
	Revoked *revoked `json:"revoked,omitempty"`
	Reset   bool     `json:"reset,omitempty"`
}

type revoked struct {
	Kind   string `json:"kind"`
	Key    string `json:"key"`
	Before int64  `json:"before"` // in seconds
}

type payload struct {
	Issuer string  `json:"iss"`
	Issued float64 `json:"iat"` // in seconds, to the millisecond
	Cursor string  `json:"cursor"`
	More   bool    `json:"more,omitempty"` // the next batch is there already, and until then something is missing
	Events []event `json:"events"`
}

// shareFor is how long a batch is good for all who are at the same place.
const shareFor = heartbeat / 2

// batch returns what listeners of some APIs are told who are at a place. It refuses
// while this process cannot know what there is to tell.
func (f *Feed) batch(ctx context.Context, at cursor, apis []string, all bool) (*batch, error) {
	known, err := f.known(ctx)
	if err != nil {
		return nil, err
	}
	audience := "*"
	if !all {
		audience = strings.Join(apis, " ")
	}
	key := at.String() + known.String() + audience
	if b := f.recent(key); b != nil {
		return b, nil
	}
	made, err, _ := f.flights.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeBound)
		defer cancel()
		b, err := f.make(ctx, at, known, apis, all)
		if err == nil {
			f.keep(key, b)
		}
		return b, err
	})
	if err != nil {
		return nil, err
	}
	return made.(*batch), nil
}

// known is the place up to which this process knows everything.
func (f *Feed) known(ctx context.Context) (cursor, error) {
	if err := f.Revoked.Current(ctx); err != nil {
		return cursor{}, oauth.RevocationsUnknown(err)
	}
	s, err := f.Policy.Current(ctx)
	if err != nil {
		return cursor{}, err
	}
	return cursor{f.Policy.Epoch(), s.Version(), max(0, f.Revoked.LastRevoked())}, nil
}

func (f *Feed) recent(key string) *batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.made[key]; b != nil && time.Since(b.made) < shareFor {
		return b
	}
	return nil
}

func (f *Feed) keep(key string, b *batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, b := range f.made {
		if time.Since(b.made) >= shareFor {
			delete(f.made, key)
		}
	}
	if f.made == nil {
		f.made = map[string]*batch{}
	}
	f.made[key] = b
}

func (f *Feed) make(ctx context.Context, at, known cursor, apis []string, all bool) (*batch, error) {
	b := &batch{to: at, made: time.Now()}
	var events []event
	if at != known { // a place behind the present, beyond it, or of another time
		var err error
		if events, err = f.read(ctx, b); err != nil {
			return nil, err
		}
	}
	events = slices.DeleteFunc(events, func(e event) bool { return e.API != "" && !all && !slices.Contains(apis, e.API) })
	b.tells = len(events) > 0
	text, err := json.Marshal(payload{f.Issuer, float64(b.made.UnixMilli()) / 1000, b.to.String(), b.more, append([]event{}, events...)})
	if err != nil {
		return nil, fmt.Errorf("make a batch: %w", err)
	}
	if b.jws, err = f.Signer.Sign(ctx, "ES256", typeFeed, text); err != nil {
		return nil, fmt.Errorf("make a batch: %w", err)
	}
	return b, nil
}

// read reads what follows b.to, and moves that on. Where nobody can say what
// follows, it begins with all that matters.
func (f *Feed) read(ctx context.Context, b *batch) (events []event, err error) {
	lost, ok, err := f.Policy.LossesAfter(ctx, b.to.epoch, b.to.policy)
	if err != nil {
		return nil, err
	}
	list, to, more, err := f.Revoked.RevokedAfter(ctx, b.to.revoked)
	if err != nil {
		return nil, err
	}
	if !ok || to < b.to.revoked {
		if lost, b.to.epoch, err = f.Policy.RecentLosses(ctx); err != nil {
			return nil, err
		}
		if list, to, more, err = f.Revoked.RevokedAfter(ctx, 0); err != nil {
			return nil, err
		}
		events = append(events, event{Reset: true})
	}
	events = append(events, lostEvents(lost.List)...)
	b.to.policy, b.more = lost.To, lost.More
	for _, r := range list {
		if r.Until.After(b.made) {
			events = append(events, event{Revoked: &revoked{kindOf(r.Kind), r.Key, r.Before.Unix()}})
		}
	}
	b.to.revoked, b.more = to, b.more || more
	return events, nil
}

// inFlight is how much later another process may still make a token of what was cut.
const inFlight = time.Second

// lostEvents tells of each subject and each API once, with the last version.
func lostEvents(list []access.Change) (events []event) {
	subjects, apis := map[string]int{}, map[string]int{}
	once := func(seen map[string]int, c access.Change, e event) {
		i, ok := seen[c.Key]
		if !ok {
			i, events = len(events), append(events, e)
			seen[c.Key] = i
		}
		events[i].MinPV = c.Version
	}
	for _, c := range list {
		switch c.Kind {
		case access.LostAPI:
			once(apis, c, event{API: c.Key})
		case access.CutSession:
			events = append(events, event{Revoked: &revoked{"session", c.Key, c.At.Add(inFlight).Unix()}})
		case access.CutClient:
			events = append(events, event{Revoked: &revoked{"client", c.Key, c.At.Add(inFlight).Unix()}})
		default:
			once(subjects, c, event{Subject: c.Key})
		}
	}
	return events
}

// kindOf is the feed's word for what a revocation is about.
func kindOf(k oauth.RevocationKind) string {
	if k == oauth.RevokedToken {
		return "token"
	}
	return string(k)
}
