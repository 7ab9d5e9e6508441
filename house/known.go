package house

import (
	"context"
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/saved"
	"gatehouse/session"
	"gatehouse/settings"
)

// Known reports whether there is what an event can be about, or was, as far as the audit log
// and the grants that are over tell. Without a kind the prefix of the id says what it is. Of a
// factor, a token and an authorization the log alone knows, and it forgets: each that is
// spelt as one is taken for known.
func (h *House) Known(ctx context.Context, t audit.Target) (bool, error) {
	if recorded, err := h.recorded(ctx, audit.Query{Target: t}); recorded || err != nil {
		return recorded, err
	}
	if t.Kind == "" {
		t.Kind = prefixes[t.ID[:strings.Index(t.ID, "_")+1]]
	}
	look, is := h.looks()[t.Kind]
	if !is {
		return false, nil
	}
	if there, err := look(ctx, t.ID); there || err != nil {
		return there, err
	}
	return h.granted(ctx, t)
}

// KnownActor is Known for who acts. Of the console, the house and nobody each name is taken
// for known: they are no things.
func (h *House) KnownActor(ctx context.Context, kind audit.ActorKind, name string) (bool, error) {
	what, is := acting[kind]
	if name == "" || !is {
		return true, nil
	}
	if known, err := h.Known(ctx, audit.Target{Kind: what, ID: name}); known || err != nil {
		return known, err
	}
	return h.recorded(ctx, audit.Query{ActorKind: kind, ActorID: name})
}

var acting = map[audit.ActorKind]audit.Kind{audit.Person: audit.KindUser, audit.Client: audit.KindClient, audit.Service: audit.KindService}

// recorded reports whether there is an event of these, or may be one.
func (h *House) recorded(ctx context.Context, q audit.Query) (bool, error) {
	events, more, err := h.Trail.Page(ctx, q, 1)
	return err == nil && (len(events) > 0 || more != (audit.Cursor{})), err
}

// granted reports whether there is a grant of somebody, of a role, or within an organisation:
// grants stay, whatever the log forgets.
func (h *House) granted(ctx context.Context, t audit.Target) (bool, error) {
	var filters []access.GrantFilter
	switch t.Kind {
	case access.KindRole:
		filters = []access.GrantFilter{{Role: t.ID}}
	case access.KindOrg:
		filters = []access.GrantFilter{{Org: t.ID}, {Subject: access.Subject{Kind: access.Organisation, ID: t.ID}}}
	case audit.KindUser, audit.KindClient, access.KindService, access.KindGroup:
		filters = []access.GrantFilter{{Subject: access.Subject{Kind: access.Kind(t.Kind), ID: t.ID}}}
	}
	for _, f := range filters {
		if given, err := h.Access.EverGranted(ctx, f); given || err != nil {
			return given, err
		}
	}
	return false, nil
}

// look reports whether there is something of a kind by its name.
type look func(ctx context.Context, name string) (bool, error)

// looks are the kinds of things, each with where it is kept.
func (h *House) looks() map[audit.Kind]look {
	return map[audit.Kind]look{
		audit.KindUser:          of(h.Identity.User, id.UserOf),
		audit.KindClient:        of(h.OAuth.Client, func(name string) id.Client { return id.Client(name) }),
		audit.KindConsent:       h.consentable,
		audit.KindHouse:         func(_ context.Context, name string) (bool, error) { return name == audit.Itself().ID, nil },
		access.KindService:      of(h.Access.ServiceAccount, itself),
		access.KindGroup:        of(h.Access.Group, itself),
		access.KindOrg:          of(h.Access.Org, itself),
		access.KindRole:         of(h.Access.Role, itself),
		access.KindAPI:          of(h.Access.API, itself),
		access.KindScope:        of(h.Access.Scope, itself),
		access.KindGrant:        of(h.Access.Grant, id.GrantOf),
		access.KindServiceKey:   of(h.Store.ServiceKey, id.ServiceKeyOf),
		session.KindSession:     of(h.Store.Session, id.SessionOf),
		settings.KindSetting:    of(h.Settings.Get, itself),
		keys.KindKey:            h.signing,
		gate.AuditRoute:         h.ofGate(gate.KindRoute),
		gate.AuditUpstream:      h.ofGate(gate.KindUpstream),
		gate.AuditEdge:          h.ofGate(gate.KindEdge),
		intake.KindImport:       of(h.Intake.Import, id.ImportOf),
		audit.KindVerification:  of(h.Verifications.Get, id.VerificationOf),
		identity.KindFactor:     spelt("fac_"),
		saved.KindFilter:        spelt("fil_"),
		oauth.KindAuthorization: spelt("aut_"),
		oauth.KindToken:         spelt(""),
	}
}

// prefixes are the kinds of what is called by a random name.
var prefixes = map[string]audit.Kind{
	"usr_": audit.KindUser, "cli_": audit.KindClient, "ses_": session.KindSession, "gra_": access.KindGrant,
	"key_": access.KindServiceKey, "fac_": identity.KindFactor, "aut_": oauth.KindAuthorization, "fil_": saved.KindFilter, "imp_": intake.KindImport, "ver_": audit.KindVerification,
}

func itself(name string) string { return name }

// of asks whoever keeps the things of a kind for the one with a name.
func of[T, N any](find func(context.Context, N) (T, error), read func(string) N) look {
	return func(ctx context.Context, name string) (bool, error) {
		_, err := find(ctx, read(name))
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	}
}

func (h *House) ofGate(kind string) look {
	return of(func(ctx context.Context, name string) (gate.Record, error) { return h.Gate.Get(ctx, kind, name) }, itself)
}

// spelt takes each name that begins so for that of something.
func spelt(prefix string) look {
	return func(_ context.Context, name string) (bool, error) {
		return strings.HasPrefix(name, prefix) && len(name) > len(prefix), nil
	}
}

// consentable takes each person with an application for a consent.
func (h *House) consentable(ctx context.Context, name string) (bool, error) {
	person, app, _ := strings.Cut(name, "|")
	if known, err := h.Known(ctx, audit.OfUser(id.User(person))); !known || err != nil {
		return known, err
	}
	return h.Known(ctx, audit.OfClient(id.Client(app)))
}

func (h *House) signing(ctx context.Context, kid string) (bool, error) {
	all, err := h.Keys.List(ctx, true)
	return slices.ContainsFunc(all, func(k keys.Key) bool { return k.ID == kid }), err
}
