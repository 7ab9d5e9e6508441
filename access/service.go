package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// Service is how policies are written. All fields but Live are needed. Whoever acts
// hands on nothing that they do not hold, unless they are the operator on the host or
// Gatehouse itself; that they may make a change at all is for the caller to ask.
type Service struct {
	Store Store
	Audit audit.Recorder
	// Refusals records what the guard refused; nil: nothing does.
	Refusals *audit.Refusals
	People   Directory
	Clients  Applications
	Live     *Live // learns of what is committed here; nil: nobody in this process reads it
	Keys     KeyCodec
	// BuiltIn is what the API of Gatehouse itself is like here.
	BuiltIn BuiltIn

	memo      *memo                     // over a draft
	catalogue atomic.Pointer[catalogue] // as it was read last
}

// Directory tells who there is.
type Directory interface {
	// Known answers NotFound when there is no such person or client. Within a
	// transaction it may hold them until that ends.
	Known(ctx context.Context, s Subject) error
	// Session returns whose a session is that was not ended, and when it ends by
	// itself at the latest; NotFound "session.not_found".
	Session(ctx context.Context, session id.Session) (id.User, time.Time, error)
	// HasClient reports whether a client has an id, and keeps that so until the
	// transaction of ctx is over.
	HasClient(ctx context.Context, name string) (bool, error)
}

// alter runs f in a transaction of its own, as the only one that changes the
// policy meanwhile, and keeps what f says that it touched. What f reads stays so
// until it is over. Whatever it hands on it puts before the giver: see there.
func (s *Service) alter(ctx context.Context, by audit.Actor, doing string, f func(ctx context.Context, t *touched, g *giver) error) error {
	err := s.change(ctx, func(ctx context.Context, t *touched) error {
		defer t.readOnce()()
		return f(ctx, t, s.giver(by, doing, audit.Itself()))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func (s *Service) record(ctx context.Context, by audit.Actor, action audit.Action, kind audit.Kind, name string, before, after any) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: kind, ID: name}}
	if before != nil {
		e.Before = audit.Doc(before)
	}
	if after != nil {
		e.After = audit.Doc(after)
	}
	return s.Audit.Record(ctx, e)
}

// known are the APIs, roles and scopes of a house, without those that are built in,
// and what all of them come to. Its lists may be others' too: who changes one copies it.
type known struct {
	apis   []API
	roles  []Role
	scopes []Scope
	*rules
}

// catalogue is what was known at a standing of the policy. It is shared, and must not be changed.
type catalogue struct {
	standing standing
	known
}

// standing says which policy it is: there are no two of which all three are the same, since a
// change draws a new stamp, also in place of one that was undone.
type standing struct{ version, stamp, epoch int64 }

func (s *Service) standing(ctx context.Context) (standing, error) {
	versions, err := s.Store.Versions(ctx)
	return standing{versions[VersionPolicy], versions[stampOfPolicy], versions[VersionEpoch]}, err
}

// known reads them, within one change once: whatever a change writes of them it writes last.
// Outside of changes they are read anew only when the policy is another one than before.
func (s *Service) known(ctx context.Context) (k known, err error) {
	if k, ok := s.memo.basisNow(); ok {
		return k, nil
	}
	t, _ := ctx.Value(underway{}).(*touched)
	if k, ok := t.knows(); ok && s.memo == nil {
		return k, nil
	}
	if t != nil || s.memo != nil { // what is known is not yet what the counter says
		if k, err = s.reread(ctx); err == nil {
			s.memo.keep(k)
			t.learns(k)
		}
		return k, err
	}
	err = s.Store.View(ctx, func(ctx context.Context) error {
		k, err = s.remembered(ctx)
		return err
	})
	return k, err
}

// remembered is what was read before of this very policy, or what is read now. Two that ask at
// once may both read.
func (s *Service) remembered(ctx context.Context) (known, error) {
	now, err := s.standing(ctx)
	if err != nil {
		return known{}, err
	}
	if c := s.catalogue.Load(); c != nil && c.standing == now {
		return c.known, nil
	}
	k, err := s.reread(ctx)
	if err != nil {
		return known{}, err
	}
	if then, err := s.standing(ctx); err == nil && then == now { // within a transaction others may have come between
		s.catalogue.Store(&catalogue{now, k})
	}
	return k, nil
}

func (s *Service) reread(ctx context.Context) (k known, err error) {
	if k.apis, err = s.Store.APIs(ctx); err != nil {
		return k, err
	}
	if k.roles, err = s.Store.Roles(ctx); err != nil {
		return k, err
	}
	if k.scopes, err = s.Store.Scopes(ctx); err != nil {
		return k, err
	}
	k.rules = compileRules(Policy{APIs: k.apis, Roles: k.roles, BuiltIn: s.BuiltIn})
	return k, nil
}

// api returns the API with that id, and where it stands; NotFound for none. What is
// built in cannot be changed: Conflict "access.built_in".
func (k known) api(name string) (API, int, error) {
	if isBuiltIn(name) {
		return API{}, -1, errBuiltIn(name)
	}
	i := slices.IndexFunc(k.apis, func(a API) bool { return a.ID == name })
	if i < 0 {
		return API{}, i, fault.Missing("api")
	}
	return k.apis[i], i, nil
}

// role returns the role with that id, and where it stands; NotFound for none. What is
// built in cannot be changed: Conflict "access.built_in".
func (k known) role(name string) (Role, int, error) {
	if isBuiltIn(name) {
		return Role{}, -1, errBuiltIn(name)
	}
	i := slices.IndexFunc(k.roles, func(r Role) bool { return r.ID == name })
	if i < 0 {
		return Role{}, i, fault.Missing("role")
	}
	return k.roles[i], i, nil
}

func errBuiltIn(name string) error {
	return fault.New(fault.Conflict, "access.built_in", name+" is a part of Gatehouse: it stays as it is.")
}

// checkPatterns notes which patterns of a list checkPattern refuses, by their places, and
// returns the first refusal.
func (k known) checkPatterns(field string, list []Pattern, p *problems) (first *fault.Error) {
	for i, pattern := range list {
		f, _ := errors.AsType[*fault.Error](k.checkPattern(pattern, Allow))
		if f == nil {
			continue
		}
		if first == nil {
			first = f
		}
		p.add(fmt.Sprintf("%s[%d]", field, i), "names no permission that there is")
	}
	return first
}

// checkPattern answers "permission.unknown" when a grant of the pattern would give, or
// deny, nothing.
func (k known) checkPattern(p Pattern, effect Effect) error {
	if p.One() && !k.expand(p).empty() {
		return nil
	}
	if p.One() {
		return unknownPermission(p.String())
	}
	if k.named(p, effect).empty() {
		return &fault.Error{
			Kind: fault.Invalid, Code: "permission.unknown",
			Detail: fmt.Sprintf("%s matches no permission. What a catalogue calls sensitive is named in full.", p),
		}
	}
	return nil
}
