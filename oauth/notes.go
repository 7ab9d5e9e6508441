package oauth

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/id"
)

// Notes remember what clients did and what they were refused, so that who looks after them
// sees which are in use and why one does not work. They are kept in memory and written down by
// Flush: a token waits for no row, and a flood of requests writes no more than a few rows. What
// a process had not written down when it was killed is lost, as of any metric. Store must be
// set. A nil *Notes notes nothing.
type Notes struct {
	Store NoteStore

	mu       sync.Mutex
	uses     map[useKey]*ClientUse
	refusals map[refusalKey]*ClientRefusal
}

// NoteStore keeps what was noted.
type NoteStore interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// AddUses adds to what is known of the clients and days. Of clients that are not there any
	// more it keeps nothing.
	AddUses(ctx context.Context, all []ClientUse) error
	// AddRefusals likewise, and forgets all but the latest MaxRefusals of each client.
	AddRefusals(ctx context.Context, all []ClientRefusal) error
}

// ClientUse is what a client did on one day.
type ClientUse struct {
	Client  id.Client
	Day     time.Time // its beginning, in UTC
	SignIns int64     // codes that it was sent
	Tokens  int64     // answers of the token endpoint that brought some
	Last    time.Time // when it did either, last
}

// ClientRefusal is an authorization request of a client that was refused, as often as it came
// alike.
type ClientRefusal struct {
	Client id.Client
	// Code is that of the page or of the protocol, "authorize.redirect_uri" or
	// "invalid_scope" for instance, and Says the sentence that goes with it.
	Code, Says string
	// Received is the redirect URI that came where that was what is wrong with it, without its
	// query and its fragment, which may be secret; Partial is that it had some. A stranger may
	// have written it.
	Received string
	Partial  bool
	First    time.Time
	Last     time.Time
	Times    int64
}

// MaxRefusals is how many different refusals are kept of a client, and maxNoted how many of all
// clients between two times that they are written down. What comes beyond that is not noted.
const (
	MaxRefusals = 20
	maxNoted    = 500
)

type useKey struct {
	client id.Client
	day    time.Time
}

type refusalKey struct {
	client         id.Client
	code, received string
}

// signedIn notes that the client was sent a code, and issued that it got tokens.
func (n *Notes) signedIn(c *Client, now time.Time) {
	n.use(c, now, func(u *ClientUse) { u.SignIns++ })
}

func (n *Notes) issued(c *Client, now time.Time) {
	n.use(c, now, func(u *ClientUse) { u.Tokens++ })
}

func (n *Notes) use(c *Client, now time.Time, count func(u *ClientUse)) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	key := useKey{c.ID, audit.DayOf(now)}
	if n.uses == nil {
		n.uses = map[useKey]*ClientUse{}
	}
	u := n.uses[key]
	if u == nil {
		u = &ClientUse{Client: key.client, Day: key.day}
		n.uses[key] = u
	}
	count(u)
	u.Last = latest(u.Last, now)
}

// Refused notes that a request of a client that there is was refused. Client, Code, Says,
// Received and Partial are set in r.
func (n *Notes) Refused(r ClientRefusal, now time.Time) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	key := refusalKey{r.Client, r.Code, r.Received}
	if known := n.refusals[key]; known != nil {
		known.Times, known.Last = known.Times+1, latest(known.Last, now)
		return
	}
	if len(n.refusals) >= maxNoted || n.refusedOf(r.Client) >= MaxRefusals {
		return
	}
	if n.refusals == nil {
		n.refusals = map[refusalKey]*ClientRefusal{}
	}
	r.First, r.Last, r.Times = now, now, 1
	n.refusals[key] = &r
}

// refusedOf is how many refusals of the client wait to be written down.
func (n *Notes) refusedOf(client id.Client) (count int) {
	for key := range n.refusals {
		if key.client == client {
			count++
		}
	}
	return count
}

// Flush writes down what was noted since it was last called. What could not be written is
// tried again the next time.
func (n *Notes) Flush(ctx context.Context, _ time.Time) error {
	uses, refusals := n.take()
	if len(uses)+len(refusals) == 0 {
		return nil
	}
	err := n.Store.InTx(ctx, func(ctx context.Context) error {
		if err := n.Store.AddUses(ctx, uses); err != nil {
			return err
		}
		return n.Store.AddRefusals(ctx, refusals)
	})
	if err == nil {
		return nil
	}
	n.putBack(uses, refusals)
	return fmt.Errorf("note what clients did: %w", err)
}

// take empties the notes. They are in order, so that two processes that write at once wait for
// each other, and not in a circle.
func (n *Notes) take() (uses []ClientUse, refusals []ClientRefusal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, u := range n.uses {
		u.Last = clock.Cut(u.Last)
		uses = append(uses, *u)
	}
	for _, r := range n.refusals {
		r.First, r.Last = clock.Cut(r.First), clock.Cut(r.Last)
		refusals = append(refusals, *r)
	}
	n.uses, n.refusals = nil, nil
	slices.SortFunc(uses, func(a, b ClientUse) int { return cmp.Or(cmp.Compare(a.Client, b.Client), a.Day.Compare(b.Day)) })
	slices.SortFunc(refusals, func(a, b ClientRefusal) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Received, b.Received))
	})
	return uses, refusals
}

// putBack adds what was taken to what was noted meanwhile.
func (n *Notes) putBack(uses []ClientUse, refusals []ClientRefusal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, u := range uses {
		if n.uses == nil {
			n.uses = map[useKey]*ClientUse{}
		}
		key := useKey{u.Client, u.Day}
		if is := n.uses[key]; is != nil {
			u.SignIns, u.Tokens, u.Last = u.SignIns+is.SignIns, u.Tokens+is.Tokens, latest(u.Last, is.Last)
		}
		n.uses[key] = &u
	}
	for _, r := range refusals {
		if n.refusals == nil {
			n.refusals = map[refusalKey]*ClientRefusal{}
		}
		key := refusalKey{r.Client, r.Code, r.Received}
		if is := n.refusals[key]; is != nil {
			r.Times, r.Last = r.Times+is.Times, latest(r.Last, is.Last)
		}
		n.refusals[key] = &r
	}
}

// UseSum is what a client did of late.
type UseSum struct {
	Client  id.Client
	SignIns int64
	Last    time.Time // zero: never, as far as is remembered
}

// Uses returns what the clients did since a day, for those of them that did anything that is
// remembered.
func (s *Service) Uses(ctx context.Context, clients []id.Client, since time.Time) ([]UseSum, error) {
	found, err := s.Store.Uses(ctx, clients, audit.DayOf(since))
	if err != nil {
		return nil, fmt.Errorf("read what clients did: %w", err)
	}
	return found, nil
}

// Refusals returns the latest refused authorization requests of a client, the latest first.
func (s *Service) Refusals(ctx context.Context, client id.Client) ([]ClientRefusal, error) {
	found, err := s.Store.Refusals(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("read what a client was refused: %w", err)
	}
	return found, nil
}

// ConsentsTo returns a page of what people allowed a client, in the order of their ids behind
// the person after, and the person behind whom the next page begins, which is empty where none
// follows.
func (s *Service) ConsentsTo(ctx context.Context, client id.Client, after id.User, limit int) (page []Consent, next id.User, err error) {
	limit = min(max(limit, 1), MaxClientPage)
	list, err := s.Store.ConsentsTo(ctx, client, after, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list the consents to a client: %w", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], list[limit-1].User, nil
}
