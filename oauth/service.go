package oauth

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
)

// Deriver gives the house's keys by label; *secret.Keeper does.
type Deriver interface {
	Key(label string) []byte
}

// Service decides what a client gets and for how long, and changes clients,
// consents and what was given on their ground. Fill in all fields; Open checks
// that.
type Service struct {
	Store  Store
	Audit  audit.Recorder
	Keeper Deriver
	Config func() Config // as it is now
	// Registry says what was ended, and learns at once of what is ended here.
	Registry *Registry

	// Issuer is in every token; what the tokens are made with and about follows.
	Issuer  string
	Signer  Signer
	People  People
	Grants  Grants
	Ceiling Ceiling
	Codec   RefreshCodec
	// Assigner knows what roles and groups people have.
	Assigner Assigner
	// Meanings knows what scopes mean; only Meant asks it.
	Meanings Meanings

	// Notes remember what clients did, and Trials are how clients are tried out.
	Notes  *Notes
	Trials *Trials

	// Log hears of what had to be left out of tokens.
	Log *slog.Logger

	// MFA is the policy of the sign-in: what was given by a weaker sign-in than it
	// asks for now brings nothing. The zero policy is the strictest.
	MFA            func() proof.MFA // as it is now
	Administrators Administrators
}

// Administrators knows who administers Gatehouse: the policy of the sign-in looks at it.
type Administrators interface {
	// Administers reports whether the person has a right at Gatehouse itself, or is to
	// have one. It answers from memory; Unavailable when nobody can know.
	Administers(ctx context.Context, user id.User) (bool, error)
}

// rank says whether who, the person of that id, administers Gatehouse, where that makes
// a sign-in of the level too weak. What it says is for the same mfa alone: where nobody asks
// who administers, it says that nobody does.
func (s *Service) rank(ctx context.Context, mfa proof.MFA, user id.User, level proof.Level, who *proof.Subject) (err error) {
	if mfa != proof.MFAAdministrators || who.Second || level >= proof.AAL2 {
		return nil
	}
	who.Administrator, err = s.Administrators.Administers(ctx, user)
	return err
}

// mfa is the policy as it is now. Ask once for each thing that is given, and hand it on: it
// may change between two questions.
func (s *Service) mfa() proof.MFA {
	if s.MFA == nil {
		return ""
	}
	return s.MFA()
}

// Open reports what the service would miss at its first use.
func (s *Service) Open() error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"Store", s.Store == nil},
		{"Audit", s.Audit == nil},
		{"Keeper", s.Keeper == nil},
		{"Config", s.Config == nil},
		{"Registry", s.Registry == nil || s.Registry.Locks == nil},
		{"Issuer", s.Issuer == ""},
		{"Signer", s.Signer == nil},
		{"People", s.People == nil},
		{"Grants", s.Grants == nil},
		{"Ceiling", s.Ceiling == nil},
		{"Assigner", s.Assigner == nil},
		{"Codec", len(s.Codec.Key) == 0},
		{"Notes", s.Notes == nil},
		{"Trials", s.Trials == nil},
		{"Meanings", s.Meanings == nil},
		{"Log", s.Log == nil},
		{"MFA", s.mfa() == ""},
		{"Administrators", s.Administrators == nil},
	} {
		if field.missing {
			return fmt.Errorf("open the protocol: %s is not set", field.name)
		}
	}
	if bad := s.Config().Validate(); len(bad) > 0 {
		return fmt.Errorf("open the protocol: Config: %s %s", bad[0].Name, bad[0].Problem)
	}
	return nil
}

// Client returns a client as the store has it now; NotFound fault
// "client.not_found". For hot paths there is Registry.Client.
func (s *Service) Client(ctx context.Context, client id.Client) (Client, error) {
	if !ValidClientID(client) {
		return Client{}, fmt.Errorf("read a client: %w", fault.Missing("client"))
	}
	c, err := s.Store.Client(ctx, client)
	if err != nil {
		return Client{}, fmt.Errorf("read a client: %w", err)
	}
	return c, nil
}

// WithScope returns a client that may ask for the scope, "" for none.
func (s *Service) WithScope(ctx context.Context, scope string) (id.Client, error) {
	all, err := s.Store.Clients(ctx)
	if err != nil {
		return "", fmt.Errorf("find a client by a scope: %w", err)
	}
	for i := range all {
		if slices.Contains(all[i].Scopes, scope) {
			return all[i].ID, nil
		}
	}
	return "", nil
}

// Requiring returns a client that requires the role, or the group, of who signs in, or
// is told whether they have it; "" for none.
func (s *Service) Requiring(ctx context.Context, role, group string) (id.Client, error) {
	all, err := s.Store.Clients(ctx)
	if err != nil {
		return "", fmt.Errorf("find a client by what it requires: %w", err)
	}
	for i := range all {
		roles, groups := sourcesOf(all[i].Told.Claims)
		roles, groups = append(roles, all[i].RequireRoles...), append(groups, all[i].RequireGroups...)
		if role != "" && slices.Contains(roles, role) || group != "" && slices.Contains(groups, group) {
			return all[i].ID, nil
		}
	}
	return "", nil
}

// MaxClientPage is how many clients one question answers at most.
const MaxClientPage = 500

// AllClients returns every client, as the store has them now.
func (s *Service) AllClients(ctx context.Context) ([]Client, error) {
	all, err := s.Store.Clients(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the clients: %w", err)
	}
	return all, nil
}

// ClientsNamed returns those of these ids that there are, in the order of their ids.
func (s *Service) ClientsNamed(ctx context.Context, names []id.Client) ([]Client, error) {
	all, err := s.Store.ClientsNamed(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("read clients by their ids: %w", err)
	}
	slices.SortFunc(all, func(a, b Client) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b Client) bool { return a.ID == b.ID }), nil
}

// Clients returns a page of the clients that follow after, from 1 to
// MaxClientPage of them in the order of their ids, and the one behind which the
// next page begins, which is empty where none follows.
func (s *Service) Clients(ctx context.Context, after id.Client, limit int) (page []Client, next id.Client, err error) {
	limit = min(max(limit, 1), MaxClientPage)
	list, err := s.Store.ClientsAfter(ctx, after, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list the clients: %w", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], list[limit-1].ID, nil
}
