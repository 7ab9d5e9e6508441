package wire

import (
	"time"

	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/session"
)

// Session is a signed-in browser.
type Session struct {
	ID          id.Session `json:"id"`
	User        id.User    `json:"user"`
	Email       string     `json:"email,omitempty"` // of the person, where the asker looked it up
	Methods     []string   `json:"amr"`
	Proofs      []Proof    `json:"proofs"`
	Created     time.Time  `json:"created"`
	Seen        time.Time  `json:"seen"`
	IdleExpires time.Time  `json:"idle_expires"`
	Expires     time.Time  `json:"expires"`
	IP          string     `json:"ip,omitempty"`
	Agent       string     `json:"user_agent,omitempty"`
}

// Person returns of whom the shape tells.
func (w Session) Person() id.User { return w.User }

// Proof is one thing that was proved at a browser.
type Proof struct {
	Method proof.Method `json:"method"`
	At     time.Time    `json:"at"`
	Source proof.Source `json:"source"`
}

// OfSession returns the shape of s, in which living is what is still proved
// (identity.Standing.Living).
func OfSession(s session.Session, living proof.List) Session {
	proofs := make([]Proof, len(living))
	for i, p := range living {
		proofs[i] = Proof{Method: p.Method, At: p.At.UTC(), Source: p.Source}
	}
	return Session{
		ID: s.ID, User: s.User, Methods: list(living.AMR()), Proofs: proofs,
		Created: s.Created.UTC(), Seen: s.Seen.UTC(), IdleExpires: s.IdleExpires.UTC(), Expires: s.Expires.UTC(),
		IP: s.IP, Agent: s.Agent,
	}
}
