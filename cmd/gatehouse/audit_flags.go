package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/setting"
)

// auditFlags are the questions that audit list takes.
type auditFlags struct {
	pageFlags

	actor, target, resource, action, outcome, reason, ip, client, since, until string
}

func (f *auditFlags) bind(cmd *cobra.Command) {
	f.bindFilters(cmd)
	f.pageFlags.bind(cmd, auditPage)
}

// bindFilters is bind for a command that does not end amid a list.
func (f *auditFlags) bindFilters(cmd *cobra.Command) {
	defer cmd.MarkFlagsMutuallyExclusive("target", "resource")
	flags := cmd.Flags()
	flags.StringVar(&f.actor, "actor", "", "only what this `ACTOR` did: an email address, a person's id, a kind (console), or KIND:ID (client:web)")
	flags.StringVar(&f.target, "target", "", "only what was done to this `TARGET`: KIND:ID (client:web), an email address, or an id with a prefix")
	flags.StringVar(&f.resource, "resource", "", "the same as --target")
	flags.StringVar(&f.action, "action", "", "only this `ACTION` (user.create), or all that begin so (user.)")
	flags.StringVar(&f.outcome, "outcome", "", "only this `outcome`: done or refused")
	flags.StringVar(&f.reason, "reason", "", "only what was refused for this `reason`, as events say it: wrong, forbidden")
	flags.StringVar(&f.ip, "ip", "", "only what came from this `address`")
	flags.StringVar(&f.client, "client", "", "only what concerns this `CLIENT`")
	flags.StringVar(&f.since, "since", "", "only since this `time`: RFC 3339, a date, or how long ago (24h, 7d)")
	flags.StringVar(&f.until, "until", "", "only before this `time`, written as for --since")
	for name, values := range map[string]func() []string{
		"action": auditActions, "target": auditKinds, "resource": auditKinds, "actor": actorKinds, "outcome": outcomes,
	} {
		// The flag is there: it cannot fail.
		_ = cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return values(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		})
	}
}

// check refuses what can be seen to be wrong before anything is opened.
func (f *auditFlags) check(cmd *cobra.Command) error {
	if err := f.pageFlags.check(cmd); err != nil {
		return err
	}
	_, err := f.plain(time.Now())
	return err
}

// plain reads the flags that need no store.
func (f *auditFlags) plain(now time.Time) (q audit.Query, err error) {
	q.Client = id.Client(f.client)
	if q.Outcome = audit.Outcome(f.outcome); f.outcome != "" && !slices.Contains(outcomes(), f.outcome) {
		return q, usagef("--outcome %q is neither done nor refused", f.outcome)
	}
	if q.Reason = audit.Reason(f.reason); len(f.reason) > 64 || strings.Trim(f.reason, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return q, usagef("--reason %q is none: reasons are lower-case words like wrong or role_or_group_missing", brief(f.reason))
	}
	if q.IP, err = address(f.ip); err != nil {
		return q, err
	}
	if q.Since, err = when("--since", f.since, now); err != nil {
		return q, err
	}
	if q.Until, err = when("--until", f.until, now); err != nil {
		return q, err
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return q, usagef("--since %q is not before --until %q", f.since, f.until)
	}
	var ok bool
	if q.After, ok = audit.ParseCursor(f.cursor); !ok {
		return q, badCursor(f.cursor)
	}
	if q.ActorKind, q.ActorID, err = parseActor(f.actor); err != nil {
		return q, err
	}
	q.Target, err = parseTarget(f.target + f.resource)
	return q, err
}

// query reads all flags; names become ids.
func (f *auditFlags) query(ctx context.Context, h *house.House) (audit.Query, error) {
	q, err := f.plain(time.Now())
	if err != nil {
		return q, err
	}
	if q.ActorKind == audit.Person {
		if q.ActorID, err = personID(ctx, h, q.ActorID); err != nil {
			return q, err
		}
	}
	if q.Target.Kind == audit.KindUser {
		if q.Target.ID, err = personID(ctx, h, q.Target.ID); err != nil {
			return q, err
		}
	}
	if q.Target.Kind == audit.KindConsent {
		person, app, _ := strings.Cut(q.Target.ID, "|")
		if person, err = personID(ctx, h, person); err != nil {
			return q, err
		}
		q.Target.ID = person + "|" + app
	}
	if err := f.known(ctx, h, q); err != nil {
		return q, err
	}
	q.Actions, err = matchingActions(ctx, h, f.action)
	return q, err
}

// known refuses what neither is nor was; what was deleted has its trail.
func (f *auditFlags) known(ctx context.Context, h *house.House, q audit.Query) error {
	if f.client != "" {
		if known, err := h.Known(ctx, audit.OfClient(q.Client)); err != nil || !known {
			return cmp.Or(err, missing(fault.Missing("client"), f.client))
		}
	}
	if q.Target != (audit.Target{}) {
		if known, err := h.Known(ctx, q.Target); err != nil || !known {
			return cmp.Or(err, neverWas(q.Target, f.target+f.resource))
		}
	}
	if known, err := h.KnownActor(ctx, q.ActorKind, q.ActorID); err != nil || !known {
		return cmp.Or(err, neverWas(audit.Target{Kind: actorsAs[q.ActorKind], ID: q.ActorID}, f.actor))
	}
	return nil
}

// actorsAs are those who act as the events that are about them call them.
var actorsAs = map[audit.ActorKind]audit.Kind{audit.Person: audit.KindUser, audit.Client: audit.KindClient, audit.Service: access.KindService}

// calledBy are things whose ids begin so, for who gives no kind.
var calledBy = map[string]audit.Kind{"gra_": access.KindGrant, "ses_": "session", "key_": access.KindServiceKey}

// neverWas is the error about a name that nothing has or had, as it was typed.
func neverWas(t audit.Target, typed string) error {
	for prefix, kind := range calledBy {
		if t.Kind == "" && strings.HasPrefix(t.ID, prefix) {
			t.Kind = kind
		}
	}
	thing := string(t.Kind)
	if t.Kind == access.KindOrg {
		thing = "org"
	}
	if _, listed := nouns[thing]; !listed {
		return failed("audit.unknown", "%q names nothing that there is or was", brief(typed))
	}
	return missing(fault.New(fault.NotFound, thing+".not_found", "There is no such "+thing+", and was none."), t.ID)
}

// personID turns an email address into the id that events know; of an id it
// asks nothing, for the person may be gone.
func personID(ctx context.Context, h *house.House, name string) (string, error) {
	if !strings.Contains(name, "@") {
		return name, nil
	}
	u, err := findUser(ctx, h, name)
	return string(u.ID), err
}

func parseActor(s string) (kind audit.ActorKind, name string, err error) {
	if s == "" {
		return "", "", nil
	}
	if strings.Contains(s, "@") && !strings.Contains(s, ":") || strings.HasPrefix(s, "usr_") {
		return audit.Person, s, nil
	}
	k, name, _ := strings.Cut(s, ":")
	if !slices.Contains(actorKinds(), k) {
		return "", "", usagef("--actor %q says nobody; write an email address, a person's id (usr_…), %s, or KIND:ID like client:web",
			s, strings.Join(actorKinds(), ", "))
	}
	return audit.ActorKind(k), name, nil
}

func parseTarget(s string) (audit.Target, error) {
	kind, name, found := strings.Cut(s, ":")
	switch {
	case s == "":
		return audit.Target{}, nil
	case kind == string(audit.KindConsent) && !strings.Contains(name, "|"):
		return audit.Target{}, usagef("--target %q names no consent; write consent:PERSON|APPLICATION, as in consent:usr_…|web", s)
	case neverTarget(s, name):
		return audit.Target{}, usagef("--target %q is nothing that events are about; write the person, the application or another target that they name", s)
	case !found && (strings.Contains(s, "@") || strings.HasPrefix(s, "usr_")):
		return audit.Target{Kind: audit.KindUser, ID: s}, nil
	case !found && strings.HasPrefix(s, "cli_"):
		return audit.Target{Kind: audit.KindClient, ID: s}, nil
	case !found && len(s) > 4 && s[3] == '_':
		return audit.Target{ID: s}, nil // the prefix says what it is
	case found && name != "" && slices.Contains(auditKinds(), kind+":"):
		return audit.Target{Kind: audit.Kind(kind), ID: name}, nil
	}
	return audit.Target{}, usagef("--target %q names nothing; write KIND:ID, where KIND is one of %s", s,
		strings.ReplaceAll(strings.Join(auditKinds(), " "), ":", ""))
}

// neverTarget reports whether one of the names has a prefix of what is never a
// target, such as an event.
func neverTarget(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc([]string{"evt_", "req_", "int_", "sec_", "fam_"}, func(prefix string) bool {
			return strings.HasPrefix(name, prefix)
		})
	})
}

// matchingActions returns the actions that begin with prefix: those that this
// version knows, and those that older ones recorded.
func matchingActions(ctx context.Context, h *house.House, prefix string) ([]audit.Action, error) {
	if prefix == "" {
		return nil, nil
	}
	recorded, err := h.Trail.Actions(ctx)
	if err != nil {
		return nil, err
	}
	var all []audit.Action
	for _, d := range house.Audited() {
		recorded = append(recorded, d.Action)
	}
	for _, a := range recorded {
		if strings.HasPrefix(string(a), prefix) && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		if near := config.Nearest(prefix, auditActions()); near != "" {
			return nil, usagef("--action %q begins none; did you mean %s?", brief(prefix), near)
		}
		return nil, usagef("--action %q begins none of %s", prefix, strings.Join(auditActions(), ", "))
	}
	return all, nil
}

func address(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return "", usagef("--ip %q is no address; write one like 192.0.2.7 or 2001:db8::7", s)
	}
	return ip.Unmap().String(), nil
}

// when reads a time, or how long ago it was.
func when(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := setting.ParseDuration(s); err == nil {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef(`%s %q is no time; write one like "2026-03-04T05:06:07Z", "2026-03-04", or how long ago, like "24h" or "7d"`, flag, s)
}

func auditActions() []string {
	var all []string
	for _, d := range house.Audited() {
		all = append(all, string(d.Action))
	}
	slices.Sort(all)
	return all
}

func auditKinds() []string {
	var all []string
	for _, d := range house.Audited() {
		for _, k := range d.Targets {
			all = append(all, string(k)+":")
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func actorKinds() []string {
	return []string{string(audit.Client), string(audit.Console), string(audit.House), string(audit.Nobody), string(audit.Person), string(audit.Service)}
}

func outcomes() []string { return []string{string(audit.Done), string(audit.Refused)} }

// personNames shows people by their addresses, and asks for each once.
type personNames struct {
	people *identity.Service
	emails map[string]string
}

// maxNames is how many addresses are remembered: a long list has many people.
const maxNames = 1000

func (n *personNames) actor(ctx context.Context, a audit.Actor) (string, error) {
	if a.Kind != audit.Person {
		return strings.TrimSuffix(string(a.Kind)+":"+a.ID, ":"), nil
	}
	return n.email(ctx, a.ID)
}

// target is t as --target takes it.
func (n *personNames) target(ctx context.Context, t audit.Target) (string, error) {
	person, app, _ := strings.Cut(t.ID, "|")
	switch t.Kind {
	case audit.KindUser:
		email, err := n.email(ctx, t.ID)
		return string(t.Kind) + ":" + email, err
	case audit.KindConsent:
		email, err := n.email(ctx, person)
		return string(t.Kind) + ":" + email + "|" + app, err
	}
	return t.String(), nil
}

// email is the address of a person, and their id when they are gone: what they
// did is not.
func (n *personNames) email(ctx context.Context, person string) (string, error) {
	if email, ok := n.emails[person]; ok {
		return email, nil
	}
	u, err := n.people.User(ctx, id.User(person))
	if fault.Is(err, fault.NotFound) {
		u.Email, err = person, nil
	}
	if err != nil {
		return "", fmt.Errorf("name a person: %w", err)
	}
	if len(n.emails) >= maxNames {
		clear(n.emails)
	}
	n.emails[person] = u.Email
	return u.Email, nil
}
