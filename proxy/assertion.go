package proxy

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/secret"
)

// The life of an assertion, and for how long one is used again for the same caller, so
// that not every request costs a signature. The rest is for clocks that differ.
const (
	assertionLife  = 60 * time.Second
	assertionAgain = 30 * time.Second
)

// The form of assertions: a JWS that no access token is (RFC 8725 section 3.11).
const (
	typeAssertion = "gatehouse-assertion+jwt"
	algAssertion  = "ES256"
)

// claims are what an upstream is told of a request.
type claims struct {
	Issuer      string   `json:"iss"`
	Audience    string   `json:"aud"`
	Subject     string   `json:"sub"`
	Kind        string   `json:"kind"` // user, service or client; gate for the gate itself
	Client      string   `json:"client_id"`
	ID          string   `json:"jti"`
	Issued      int64    `json:"iat"`
	Expires     int64    `json:"exp"`
	Session     string   `json:"sid,omitempty"`
	ACR         string   `json:"acr,omitempty"`
	AuthTime    int64    `json:"auth_time,omitempty"`
	Version     uint64   `json:"pv"`
	Org         string   `json:"org,omitempty"`
	Permissions []string `json:"permissions,omitempty"`     // the one that the route asked for,
	Own         []string `json:"permissions_own,omitempty"` // or this one, for what is the subject's own,
	// or this one, for what the filter lets through.
	Filtered []string        `json:"permissions_filtered,omitempty"`
	Filter   json.RawMessage `json:"filter,omitempty"`
}

// itself is who asks an upstream about a resource. Nobody else has that kind, whatever they
// are called.
var itself = access.Subject{Kind: "gate", ID: "gatehouse"}

// statement is all that two assertions may differ in, but for their times.
type statement struct {
	audience, permission, org string
	subject                   access.Subject
	client, session, acr      string
	authTime                  int64
	version                   uint64
	own                       bool
	filter                    string // JSON
}

// assertor makes assertions. Any number may ask at once.
type assertor struct {
	issuer string
	signer Signer
	shards [64]assertionShard
}

// assertionShard keeps a bounded part of the assertions.
type assertionShard struct {
	mu   sync.Mutex
	made map[statement]assertion
}

type assertion struct {
	text           string
	again, expires time.Time
}

// maxAssertions bounds a shard: some 700 bytes each.
const maxAssertions = 128

// about returns what there is to say of a caller who was let through. In the shadow of a
// refusal they were allowed nothing.
func about(audience, org string, c *caller.Caller, v *verdict) statement {
	acr, at := c.Proof()
	permission, only := v.permission, v.filter
	if v.shadow {
		permission, only = "", ""
	}
	return statement{
		audience: audience, permission: permission, org: org, subject: c.Subject, client: c.Client(), session: c.Session(),
		acr: acr, authTime: at, version: v.decision.Version, own: v.own, filter: only,
	}
}

// assert returns an assertion that ends at the limit at the latest, if that is not zero.
func (a *assertor) assert(ctx context.Context, s statement, limit, now time.Time) (string, error) {
	shard := &a.shards[shardOf(s.subject.ID)]
	if text := shard.get(s, limit, now); text != "" {
		return text, nil
	}
	expires := now.Add(assertionLife)
	if !limit.IsZero() && limit.Before(expires) {
		expires = limit
	}
	payload, err := json.Marshal(s.claims(a.issuer, now, expires))
	if err != nil {
		return "", fmt.Errorf("write the assertion: %w", err)
	}
	text, err := a.signer.Sign(ctx, algAssertion, typeAssertion, payload)
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	shard.put(s, assertion{text: text, again: now.Add(assertionAgain), expires: expires}, now)
	return text, nil
}

// claims are what is said, from now on until then.
func (s statement) claims(issuer string, now, expires time.Time) claims {
	c := claims{
		Issuer: issuer, Audience: s.audience, Subject: s.subject.ID, Kind: string(s.subject.Kind), Client: s.client, ID: secret.Token(16),
		Issued: now.Unix(), Expires: max(expires.Unix(), now.Unix()+1), Session: s.session, ACR: s.acr, AuthTime: s.authTime,
		Version: s.version, Org: s.org,
	}
	switch {
	case s.permission == "":
	case s.filter != "":
		c.Filtered, c.Filter = []string{s.permission}, json.RawMessage(s.filter)
	case s.own:
		c.Own = []string{s.permission}
	default:
		c.Permissions = []string{s.permission}
	}
	return c
}

func shardOf(name string) int {
	h := uint32(2166136261) // FNV-1a
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return int(h % 64)
}

// get returns an assertion that was made lately and does not outlive the limit.
func (s *assertionShard) get(key statement, limit, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.made[key]
	if !ok || !now.Before(a.again) || !now.Before(a.expires.Add(-time.Second)) || !limit.IsZero() && limit.Before(a.expires) {
		return ""
	}
	return a.text
}

func (s *assertionShard) put(key statement, a assertion, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made == nil {
		s.made = map[statement]assertion{}
	}
	for old, one := range s.made { // in no order: any as long as there is no room, then what is over up to the first that is not
		if len(s.made) < maxAssertions && now.Before(one.again) {
			break
		}
		delete(s.made, old)
	}
	s.made[key] = a
}
