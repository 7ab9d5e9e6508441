package house

import (
	"context"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/session"
)

// ends is what identity starts and sessions and tokens finish: a person who is
// disabled, or whose password or factor changed, is signed out.
type ends struct {
	sessions *session.Manager
	oauth    *oauth.Service
}

// EndUser implements identity.Ends.
func (e ends) EndUser(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) error {
	// The person's row comes first, then those of the sessions, then the counter
	// of revocations: whoever disables them at this moment takes them in the same
	// order, and neither waits for the other in a circle.
	if err := e.oauth.Store.EndFamiliesOfUser(ctx, user, except, clock.Now()); err != nil {
		return err
	}
	if _, err := e.sessions.EndAll(ctx, by, user, except, reason); err != nil {
		return err
	}
	return e.oauth.EndUser(ctx, user, except, reason)
}
