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
	Methods     []string   `json:"amr"`
	PasswordAt  time.Time  `json:"password_at,omitzero"`
	FactorAt    time.Time  `json:"factor_at,omitzero"`
	Created     time.Time  `json:"created"`
	Seen        time.Time  `json:"seen"`
	IdleExpires time.Time  `json:"idle_expires"`
	Expires     time.Time  `json:"expires"`
	IP          string     `json:"ip,omitempty"`
	Agent       string     `json:"user_agent,omitempty"`
}

// OfSession returns the shape of s.
func OfSession(s session.Session) Session {
	return Session{
		ID: s.ID, User: s.User, Methods: list(s.Proofs.AMR()),
		PasswordAt: s.Proofs.Last(proof.Knowledge).At.UTC(), FactorAt: s.Proofs.Last(proof.Possession).At.UTC(),
		Created: s.Created.UTC(), Seen: s.Seen.UTC(), IdleExpires: s.IdleExpires.UTC(), Expires: s.Expires.UTC(),
		IP: s.IP, Agent: s.Agent,
	}
}
