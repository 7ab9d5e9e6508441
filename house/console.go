package house

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// The console is a client of the house, as any application: who signs in there goes through
// the protocol, and an operator may ask more of them than of others, or close it, by the
// settings of the client.
const (
	ConsoleClient   id.Client = "gatehouse-console"
	ConsoleCallback string    = "/console/callback"
)

// ConsoleSecret is the secret of the console's client. It follows from the master key, and
// stands nowhere.
func (h *House) ConsoleSecret() string { return oauth.OwnSecret(h.Keeper.Key("console-client")) }

// ConsoleAsks returns what whoever is in the console must have proved, by the settings of its
// client as they are now: an operator who asks for more, or closes it, means those who are in
// already, too. Fault: Forbidden "console.refused" where it is disabled or locked.
func (h *House) ConsoleAsks(ctx context.Context) (access.Requirement, error) {
	c, err := h.Registry.Client(ctx, ConsoleClient)
	if fault.Is(err, fault.NotFound) { // it is made again by the next sign-in
		return access.Requirement{}, nil
	}
	if err != nil {
		return access.Requirement{}, err
	}
	s, err := h.Policy.Current(ctx)
	if err != nil {
		return access.Requirement{}, err
	}
	if c.Disabled || s.Locked(time.Now(), access.LockTarget{Kind: access.LockClient, ID: string(ConsoleClient)}) {
		return access.Requirement{}, fault.New(fault.Forbidden, "console.refused", "The console is closed.")
	}
	return access.Requirement{Level: c.RequireLevel}, nil
}

// KeepConsole sees to it that the console is a client. It is asked at each sign-in there, so
// that a client that was deleted by accident, or came of another back-up, is made again.
func (h *House) KeepConsole(ctx context.Context) error {
	return h.OAuth.KeepOwn(ctx, audit.Actor{Kind: audit.House, ID: "console"}, oauth.Client{
		ID: ConsoleClient, Name: "Console", HomeURL: h.Config.Issuer + "/console", AuthMethod: oauth.AuthBasic, PKCE: oauth.PKCERequired,
		RedirectURIs: []string{h.Config.Issuer + ConsoleCallback}, GrantTypes: []string{oauth.GrantCode}, Scopes: []string{oauth.ScopeOpenID},
		SkipConsent: true,
	}, h.ConsoleSecret())
}
