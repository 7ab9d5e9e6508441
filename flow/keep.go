package flow

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
)

// MaxPerPerson bounds the sign-ins of a person that are stored at a time. One more
// takes the place of the oldest that were never proved completely; where all were,
// so many within the life of one are no person's: "flow.too_many" (TooMany).
const MaxPerPerson = 1000

// Stored reports whether the interaction is a row; else the browser carries it.
func (i Interaction) Stored() bool { return i.Version > 0 }

// Handle is what a browser names the interaction by: its id, or the interaction
// itself while nothing of it is stored.
func (i Interaction) Handle() string {
	if i.Stored() {
		return string(i.ID)
	}
	return i.Sealed
}

// RefOf is the sign-in that a browser names by a handle.
func RefOf(handle string) Ref {
	if name := id.InteractionOf(handle); name != "" {
		return Ref{Interaction: name}
	}
	return Ref{Sealed: handle}
}

// tells reports whether p holds what must be remembered: what somebody proved, or
// said in a session.
func (p Progress) tells() bool { return len(p.Proofs) > 0 || p.Consent != "" }

// keep remembers how far i has come: in its row, in a new one, or, where there is
// nothing to remember yet, with the browser again.
func (s *Service) keep(ctx context.Context, i *Interaction) error {
	switch {
	case i.Stored():
		if err := s.Store.UpdateInteraction(ctx, *i); err != nil {
			return fmt.Errorf("update interaction: %w", err)
		}
		i.Version++
		return nil
	case i.Progress.tells() || !i.Finished.IsZero():
		return s.store(ctx, i)
	}
	return s.seal(i)
}

func (s *Service) store(ctx context.Context, i *Interaction) error {
	i.Version, i.Sealed = 1, ""
	switch ok, err := s.Store.InsertInteraction(ctx, *i, MaxPerPerson); {
	case err != nil:
		return fmt.Errorf("store interaction: %w", err)
	case !ok:
		return &fault.Error{Kind: fault.TooMany, Code: "flow.too_many", Detail: "There were too many sign-ins. Please wait and try again.", RetryAfter: time.Minute}
	}
	return nil
}

// Keep stores the sign-in of e if it is about somebody who is signed in: its handle is
// short from then on. Nobody else's is stored: "flow.gone".
func (s *Service) Keep(ctx context.Context, e Entry) (Entry, error) {
	if e.Interaction.Stored() {
		return e, nil
	}
	if e.Decision.Session == "" {
		return Entry{}, gone(nil)
	}
	e.Interaction.Progress.User = e.Decision.User
	err := s.store(ctx, &e.Interaction)
	return e, err
}

// find reads the sign-in of ref and what it stands on. If it is about nobody yet,
// that is person.
func (s *Service) find(ctx context.Context, mfa proof.MFA, ref Ref, person id.User) (Found, error) {
	if ref.Sealed == "" {
		return s.stored(ctx, mfa, ref, person)
	}
	i, err := s.unseal(ref.Sealed)
	if err != nil {
		return Found{}, gone(err)
	}
	ref.Interaction = i.ID
	found, err := s.stored(ctx, mfa, ref, person)
	if !fault.Is(err, fault.NotFound) {
		return found, err // it has its row by now
	}
	found, err = s.signedIn(ctx, mfa, i.Ask.Client, ref.Session)
	if err != nil {
		return Found{}, err
	}
	found.Interaction = i
	user := cmp.Or(i.Progress.subject(found.Session), person)
	if found.Person != nil && found.Person.ID == user {
		return found, nil
	}
	found.Person, found.Consented, err = s.person(ctx, mfa, user, i.Ask.Client)
	return found, err
}

func (s *Service) stored(ctx context.Context, mfa proof.MFA, ref Ref, person id.User) (Found, error) {
	if ref.Interaction == "" {
		return Found{}, gone(nil)
	}
	found, err := s.Store.SignIn(ctx, Query{
		Interaction: ref.Interaction, Session: tokenHash(ref.Session), Person: person, Now: time.Now(),
	})
	if fault.Is(err, fault.NotFound) {
		return Found{}, gone(err)
	}
	if err != nil {
		return Found{}, err
	}
	return found, s.rank(ctx, mfa, found.Person)
}

// rank says whether p administers Gatehouse, where the policy about second factors
// looks at that: who has one always uses it. What it says is for the same mfa alone, which
// is asked for once in each step: it may change between two questions.
func (s *Service) rank(ctx context.Context, mfa proof.MFA, p *Person) (err error) {
	if p == nil || p.HasFactor() || mfa != proof.MFAAdministrators {
		return nil
	}
	p.Administrator, err = s.Administrators.Administers(ctx, p.ID)
	return err
}

// signedIn is who is signed in at the browser, and what they allowed the client.
func (s *Service) signedIn(ctx context.Context, mfa proof.MFA, client id.Client, session string) (Found, error) {
	if session == "" {
		return Found{}, nil
	}
	found, err := s.Store.SignIn(ctx, Query{Client: client, Session: tokenHash(session), Now: time.Now()})
	if err != nil {
		return Found{}, err
	}
	return found, s.rank(ctx, mfa, found.Person)
}

// person reads somebody, nil if there is nobody, and what they allowed the client.
func (s *Service) person(ctx context.Context, mfa proof.MFA, user id.User, client id.Client) (*Person, []string, error) {
	if user == "" {
		return nil, nil, nil
	}
	p, scopes, err := s.Store.SignInPerson(ctx, user, client)
	if fault.Is(err, fault.NotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read person: %w", err)
	}
	return &p, scopes, s.rank(ctx, mfa, &p)
}
