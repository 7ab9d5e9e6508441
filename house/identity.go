package house

import (
	"context"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/session"
)

// ends is what identity starts and sessions and tokens finish: a person who is
// disabled, or whose password or factor changed, is signed out.
type ends struct {
	sessions *session.Manager
	oauth    *oauth.Service
	access   *access.Service
}

// rights tells access of people.
type rights struct{ access *access.Service }

// DisabledChanged implements identity.Rights.
func (r rights) DisabledChanged(ctx context.Context, user id.User, disabled bool) error {
	return r.access.DisabledChanged(ctx, access.Subject{Kind: access.User, ID: string(user)}, disabled)
}

// EndTokens implements identity.Ends.
func (e ends) EndTokens(ctx context.Context, user id.User) error {
	return e.oauth.EndUser(ctx, user, "")
}

// EndSessions implements identity.Ends.
func (e ends) EndSessions(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) error {
	_, err := e.sessions.EndAll(ctx, by, user, except, reason)
	return err
}

// EndUser implements identity.Ends. The person's row, which identity holds, comes
// first, then the counter of policies (access.Service, KeepAdministered), then the rows of the sessions, then the
// counter of revocations: all who end something take them in this order, so that
// none waits for another in a circle.
func (e ends) EndUser(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) error {
	if reason == identity.ReasonUserDeleted {
		if err := e.access.EndAllOf(ctx, by, access.Subject{Kind: access.User, ID: string(user)}); err != nil {
			return err
		}
	}
	if _, err := e.sessions.EndAll(ctx, by, user, except, reason); err != nil {
		return err
	}
	return e.oauth.EndUser(ctx, user, except)
}
