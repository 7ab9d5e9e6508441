package verify

import (
	"strings"
	"sync"
	"time"
)

// The kinds of things that a revocation is about, and what names them.
const (
	endedToken         = "token"
	endedAuthorization = "authorization"
	endedSession       = "session"
	endedUser          = "user"
	endedEverybody     = "everybody" // all people; the key is always the same
	endedOthers        = "others"    // "user|session": what the user has but for that session
	endedClient        = "client"
	endedKey           = "key"
	endedConsent       = "consent" // "user|client"
)

// everybody is the key of endedEverybody.
const everybody = "people"

// inFlight is how long after the end of a person another process of the issuer may
// still give a token by the old sign-in.
const inFlight = 1

// event is one of a batch: what ended, or the least policy version of a token.
type event struct {
	Subject string `json:"sub"`
	API     string `json:"api"`
	MinPV   int64  `json:"minpv"`
	Revoked *struct {
		Kind   string  `json:"kind"`
		Key    string  `json:"key"`
		Before float64 `json:"before"` // seconds; a token's iat is whole ones
	} `json:"revoked"`
	Reset bool `json:"reset"`
}

// thing is what an entry is about.
type thing struct{ kind, key string }

// entry is a revocation; until is when no token that it kills can live any more.
type entry struct {
	before int64
	spared string // of endedOthers: the session that lives on
	until  int64
}

// version is the least policy version of a token.
type version struct{ least, until int64 }

// ledger is all that the feed said and that may still matter. What does not fit
// raises its floor: tokens from before are refused once, whatever they are about.
type ledger struct {
	api, audience string
	lifetime      int64 // of a token, in seconds, with the skew of clocks
	room          int

	mu       sync.RWMutex
	things   map[thing]entry
	versions map[string]version // by subject
	ofAPI    version
	floor    int64 // tokens issued until then are refused
	swept    int64
}

func newLedger(c *Config) *ledger {
	return &ledger{
		api: c.API, audience: c.Audience, room: c.MaxEntries,
		lifetime: int64((c.MaxLifetime + c.Skew) / time.Second),
		things:   map[thing]entry{}, versions: map[string]version{},
	}
}

// apply takes in the events of a batch that was made at a time of the issuer's
// clock. resumed says that there was one before, so that a reset means that
// something was missed.
func (l *ledger) apply(events []event, at int64, resumed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range events {
		l.take(&events[i], at, resumed)
	}
	if len(l.things)+len(l.versions) > l.room || at-l.swept > 60 {
		l.sweep(at)
	}
	if len(l.things)+len(l.versions) > l.room {
		l.forget(at)
	}
}

// take takes in one event. Whatever is not understood counts as the end of
// everything from before: a newer issuer may have kinds that this version does not
// know, and a token that is got anew is cheap.
func (l *ledger) take(e *event, now int64, resumed bool) {
	switch {
	case e.Reset:
		clear(l.things)
		clear(l.versions)
		l.ofAPI = version{}
		if resumed {
			l.floor = max(l.floor, now)
		}
	case e.Revoked != nil:
		l.revoke(e, now)
	case e.Subject != "" && len(e.Subject) <= maxName && e.MinPV > 0:
		have := l.versions[e.Subject]
		l.versions[e.Subject] = version{max(have.least, e.MinPV), now + l.lifetime}
	case e.API != "" && e.MinPV > 0:
		if e.API == l.api || e.API == l.audience || l.api == "" {
			l.ofAPI = version{max(l.ofAPI.least, e.MinPV), now + l.lifetime}
		}
	default:
		l.floor = max(l.floor, now)
	}
}

func (l *ledger) revoke(e *event, now int64) {
	before := int64(e.Revoked.Before)
	t := thing{e.Revoked.Kind, e.Revoked.Key}
	n := entry{before: before, until: max(before, min(before, now)+l.lifetime)}
	switch t.kind {
	case endedOthers:
		t.key, n.spared, _ = strings.Cut(t.key, "|")
	case endedToken, endedAuthorization, endedSession, endedUser, endedEverybody, endedClient, endedKey, endedConsent:
	default:
		t.key = ""
	}
	if t.key == "" || len(t.key) > maxName {
		l.floor = max(l.floor, min(before, now+inFlight))
		return
	}
	if have, ok := l.things[t]; ok && have.before > n.before {
		n = have
	}
	l.things[t] = n
}

// sweep forgets what no living token can be about.
func (l *ledger) sweep(now int64) {
	l.swept = now
	for t, e := range l.things {
		if e.until <= now {
			delete(l.things, t)
		}
	}
	for s, v := range l.versions {
		if v.until <= now {
			delete(l.versions, s)
		}
	}
	if l.ofAPI.until <= now {
		l.ofAPI = version{}
	}
}

// forget gives up the single entries for one rule that covers them all.
func (l *ledger) forget(now int64) {
	l.floor = max(l.floor, now+inFlight)
	clear(l.things)
	clear(l.versions)
}

// outdated reports whether what the issuer says of somebody's rights is from before a
// loss that the feed told of already: its processes learn of it one after the other.
func (l *ledger) outdated(c *Claims) bool {
	if len(c.Permissions)+len(c.PermissionsOwn)+len(c.Roles) == 0 {
		return false
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	return c.PolicyVersion < max(l.ofAPI.least, l.versions[c.Subject].least)
}

// ended says why a token is dead that was good, or "".
func (l *ledger) ended(c *Claims) string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	issued := c.Issued.Unix()
	if issued <= l.floor {
		return "from before something that was not told in full"
	}
	if c.PolicyVersion < l.ofAPI.least {
		return "from before a change of the API's rights"
	}
	if len(l.versions) > 0 && c.PolicyVersion < l.versions[c.Subject].least {
		return "from before a change of its subject's rights"
	}
	if len(l.things) == 0 {
		return ""
	}
	return l.revoked(c, issued)
}

func (l *ledger) revoked(c *Claims, issued int64) string {
	for _, t := range [...]thing{
		{endedToken, c.ID}, {endedAuthorization, c.Authorization}, {endedSession, c.Session}, {endedClient, c.ClientID}, {endedKey, c.kid},
	} {
		if e, ok := l.things[t]; ok && t.key != "" && issued <= e.before {
			return "its " + t.kind + " was ended"
		}
	}
	if c.OfClient() {
		return ""
	}
	if e, ok := l.things[thing{endedConsent, c.Subject + "|" + c.ClientID}]; ok && issued <= e.before {
		return "its consent was withdrawn"
	}
	if e, ok := l.things[thing{endedUser, c.Subject}]; ok && e.killsOfPerson(c, issued) {
		return "all of its person was ended"
	}
	if e, ok := l.things[thing{endedEverybody, everybody}]; ok && issued <= e.before {
		return "everybody was signed out"
	}
	if e, ok := l.things[thing{endedOthers, c.Subject}]; ok && e.killsOfPerson(c, issued) && c.Session != e.spared {
		return "its person ended other sessions"
	}
	return ""
}

// killsOfPerson spares who signs in again at once: of the end's own second and the
// next, only what comes of an older sign-in is dead.
func (e entry) killsOfPerson(c *Claims, issued int64) bool {
	if issued < e.before {
		return true
	}
	return !c.AuthTime.IsZero() && c.AuthTime.Unix() < e.before && issued <= e.before+inFlight
}
