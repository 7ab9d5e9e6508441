package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/wire"
)

func (a *app) grant() *cobra.Command {
	return explained(a.group("grant", "Give people roles and permissions, until when, and take them back",
		a.grantCreate(), a.grantList(), a.grantShow(), a.grantExtend(), a.grantRevoke()),
		`Give somebody a role or a permission, or deny it to them: until when, for which
things, and why. A grant counts from the moment at which it begins, and no longer
at the moment at which it ends; nothing has to run for that. Those that are over
are kept. What is denied stays denied, whatever else allows it.`,
		`  gatehouse grant create --user ada@example.test --role support --for 8h --reason "Summer sale"
  gatehouse grant list --user ada@example.test`)
}

// subjectFlags name whom something is given to.
type subjectFlags struct{ user, service, client, group, everyone string }

func (f *subjectFlags) bind(a *app, cmd *cobra.Command, whose string) {
	flags := cmd.Flags()
	flags.StringVar(&f.user, "user", "", whose+" this person, an id or an `email` address")
	flags.StringVar(&f.service, "service", "", whose+" this service account, by its `id`")
	flags.StringVar(&f.client, "client", "", whose+" this application, by its `id`")
	flags.StringVar(&f.group, "group", "", whose+" this group, by its `id`")
	cmd.MarkFlagsMutuallyExclusive("user", "service", "client", "group")
	a.completingFlag(cmd, "service", services)
	a.completingFlag(cmd, "group", groups)
	a.completingFlag(cmd, "user", people)
	a.completingFlag(cmd, "client", applications)
}

// bindEveryone is bind with everybody in an organisation.
func (f *subjectFlags) bindEveryone(a *app, cmd *cobra.Command, whose string) {
	f.bind(a, cmd, whose)
	cmd.Flags().StringVar(&f.everyone, "everyone-in", "", whose+" everybody in this organisation, by its `id`")
	cmd.MarkFlagsMutuallyExclusive("user", "service", "client", "group", "everyone-in")
	a.completingFlag(cmd, "everyone-in", orgs)
}

// typed is the name that was given.
func (f *subjectFlags) typed() string {
	return f.user + f.service + f.client + f.group + f.everyone
}

// given reports whether somebody was named.
func (f *subjectFlags) given() bool { return f.typed() != "" }

// find returns who was named, the zero Subject when nobody was.
func (f *subjectFlags) find(ctx context.Context, h *house.House) (access.Subject, error) {
	switch {
	case f.user != "":
		u, err := findUser(ctx, h, f.user)
		return access.Subject{Kind: access.User, ID: string(u.ID)}, err
	case f.client != "":
		c, err := h.OAuth.Client(ctx, id.Client(f.client))
		return access.Subject{Kind: access.Client, ID: string(c.ID)}, missing(err, f.client)
	case f.service != "":
		s, err := h.Access.ServiceAccount(ctx, f.service)
		return access.Subject{Kind: access.ServiceAccount, ID: s.ID}, missing(err, f.service)
	case f.group != "":
		g, err := h.Access.Group(ctx, f.group)
		return access.Subject{Kind: access.Group, ID: g.ID}, missing(err, f.group)
	case f.everyone != "":
		o, err := h.Access.Org(ctx, f.everyone)
		return access.Subject{Kind: access.Organisation, ID: o.ID}, missing(err, f.everyone)
	}
	return access.Subject{}, nil
}

// findEver is find, and knows whoever is gone by their id, too.
func (f *subjectFlags) findEver(ctx context.Context, h *house.House) (access.Subject, error) {
	who, err := f.find(ctx, h)
	if !fault.Is(err, fault.NotFound) {
		return who, err
	}
	gone := access.Subject{ID: f.typed()}
	for kind, name := range map[access.Kind]string{
		access.User: f.user, access.Client: f.client, access.ServiceAccount: f.service, access.Group: f.group, access.Organisation: f.everyone,
	} {
		if name != "" {
			gone.Kind = kind
		}
	}
	known, lost := h.Known(ctx, audit.Target{Kind: audit.Kind(gone.Kind), ID: gone.ID})
	if known {
		return gone, nil
	}
	return access.Subject{}, cmp.Or(lost, err)
}

// readMoment reads a time that may lie ahead.
func readMoment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef(`%s %q is no time; write one like "2026-03-04T05:06:07Z", or "2026-03-04" for its first moment in UTC`, flag, brief(text))
}

// shownGrant is a grant with the email of its person.
func shownGrant(ctx context.Context, names *personNames, r access.GrantRecord) (wire.Grant, error) {
	w := wire.OfGrant(r)
	var err error
	w.Subject, err = shownSubject(ctx, names, r.Subject)
	return w, err
}

func shownSubject(ctx context.Context, names *personNames, s access.Subject) (wire.Subject, error) {
	w := wire.OfSubject(s)
	if s.Kind != access.User {
		return w, nil
	}
	email, err := names.email(ctx, s.ID)
	if email != s.ID {
		w.Email = email
	}
	return w, err
}

// called is a subject as people say it.
func called(s wire.Subject) string {
	switch {
	case s.Email != "":
		return s.Email
	case s.Kind == access.User:
		return s.ID
	}
	return string(s.Kind) + " " + s.ID
}

func newNames(h *house.House) *personNames {
	return &personNames{people: h.Identity, emails: map[string]string{}}
}

// gives says what a grant is of.
func gives(effect access.Effect, role, permission string) string {
	text := role + permission
	if effect != access.Allow {
		text = "not " + text
	}
	return text
}

func (a *app) grantList() *cobra.Command {
	var f pageFlags
	var of subjectFlags
	var n grantNarrowing
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List grants, those that end soonest first",
		Long: `List grants that count or will count, those that end soonest first and those without
an end last. With --ended, those that are over, the latest first: by their own end
or because somebody ended them. Whoever was deleted is named by id. With --role,
those of that role itself; --permission, --org, --state, --source, --ends-before and
--ends-after narrow the list, too. What groups and other roles bring is told by
"gatehouse explain".`,
		Example: `  gatehouse grant list
  gatehouse grant list --role support
  gatehouse grant list --state scheduled --org acme
  gatehouse grant list --user ada@example.test --ended --json`,
		Args: noArgs,
	})
	of.bindEveryone(a, cmd, "only those of")
	f.bind(cmd, 500)
	n.bind(a, cmd)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		if _, ok := access.ParseGrantCursor(f.cursor); !ok {
			return badCursor(f.cursor)
		}
		filter, err := n.filter()
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) (err error) {
			if filter.Subject, err = of.findEver(ctx, h); err != nil {
				return err
			}
			if err := everARole(ctx, h, n.role); err != nil {
				return err
			}
			if err := knownOrg(ctx, h, n.org); err != nil {
				return err
			}
			return printPages(a, f, printedGrants, grantPages(ctx, h, filter))
		})
	})
	return cmd
}

// grantNarrowing says which grants are listed.
type grantNarrowing struct {
	ended                         bool
	role, permission, org, state  string
	source, endsBefore, endsAfter string
}

func (n *grantNarrowing) bind(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&n.ended, "ended", false, "those that are over, instead of those that are not")
	flags.StringVar(&n.role, "role", "", "only those of this `role`")
	flags.StringVar(&n.permission, "permission", "", "only those of this `permission` by name, with * where it was granted so")
	flags.StringVar(&n.org, "org", "", "only those that count within this organisation, by its `id`")
	flags.StringVar(&n.state, "state", "", "only those in this `state`: active, scheduled or ended")
	flags.StringVar(&n.source, "source", "", "only those that came about by this `way`: manual, request, apply or bootstrap")
	flags.StringVar(&n.endsBefore, "ends-before", "", "only those that end before this `time` (RFC 3339 or a date)")
	flags.StringVar(&n.endsAfter, "ends-after", "", "only those that end at this `time` or after it, or never")
	cmd.MarkFlagsMutuallyExclusive("ended", "state")
	a.completingFlag(cmd, "role", roles)
	a.completingFlag(cmd, "permission", permissions)
	a.completingFlag(cmd, "org", orgs)
	choosing(cmd, "state", string(access.GrantActive), string(access.GrantScheduled), string(access.GrantEnded))
	choosing(cmd, "source", string(access.Manual), string(access.Requested), string(access.Applied), string(access.Bootstrap))
}

// filter is what the flags ask for. What is over comes with the latest first.
func (n *grantNarrowing) filter() (f access.GrantFilter, err error) {
	f = access.GrantFilter{Role: access.RoleNamed(n.role), Permission: n.permission, Org: n.org, State: access.GrantState(n.state), Source: access.Source(n.source)}
	if n.ended {
		f.State = access.GrantEnded
	}
	f.Backwards = f.State == access.GrantEnded
	if n.permission != "" {
		if _, err := access.ParsePattern(n.permission); err != nil {
			return f, usagef("--permission: %s", describe(err).Detail)
		}
	}
	if !slices.Contains([]access.GrantState{"", access.GrantActive, access.GrantScheduled, access.GrantEnded}, f.State) {
		return f, usagef("--state must be active, scheduled or ended")
	}
	if !slices.Contains([]access.Source{"", access.Manual, access.Requested, access.Applied, access.Bootstrap}, f.Source) {
		return f, usagef("--source must be manual, request, apply or bootstrap")
	}
	if f.EndsBefore, err = readMoment("--ends-before", n.endsBefore); err != nil {
		return f, err
	}
	f.EndsAfter, err = readMoment("--ends-after", n.endsAfter)
	return f, err
}

// everARole refuses the name of what neither is nor was a role; "" is the name of none.
func everARole(ctx context.Context, h *house.House, role string) error {
	if role == "" {
		return nil
	}
	t := audit.Target{Kind: access.KindRole, ID: access.RoleNamed(role)}
	if known, err := h.Known(ctx, t); err != nil || !known {
		return cmp.Or(err, neverWas(t, role))
	}
	return nil
}

// grantPages returns the grants that a filter lets through a page at a time.
func grantPages(ctx context.Context, h *house.House, filter access.GrantFilter) func(cursor string, limit int) (page[wire.Grant], error) {
	names, all := newNames(h), func(*access.GrantRecord) bool { return true }
	return func(cursor string, limit int) (p page[wire.Grant], err error) {
		filter.After, _ = access.ParseGrantCursor(cursor) // one that was looked at, or our own
		filter.Limit = limit
		found, next, err := h.Access.FindGrants(ctx, filter, all)
		if err != nil {
			return p, err
		}
		p.next = next.String()
		for _, r := range found {
			w, err := shownGrant(ctx, names, r)
			if err != nil {
				return p, err
			}
			p.rows = append(p.rows, w)
		}
		return p, nil
	}
}

var printedGrants = printed[wire.Grant]{
	header: []string{"GRANT", "WHO", "MAY", "WHERE", "FROM", "UNTIL", "REASON"},
	row: func(g wire.Grant) []string {
		until := moment(g.ExpiresAt)
		if !g.Revoked.IsZero() {
			until = moment(g.Revoked) + " revoked"
		}
		return []string{cmp.Or(g.Name, string(g.ID)), called(g.Subject), gives(g.Effect, g.Role, g.Permission), onWhich(g), moment(g.NotBefore), until, g.Reason}
	},
	wire: func(g wire.Grant) any { return g },
	none: "No grants.",
}

// onWhich says on which resources a grant counts.
func onWhich(g wire.Grant) string {
	switch g.Where {
	case access.Listed:
		return within(strings.Join(g.ResourceIDs, " "), g.Org)
	case access.Condition:
		return within(g.Condition, g.Org)
	}
	return within(string(g.Where), g.Org)
}

// within adds the organisation in which alone a grant counts, if there is one.
func within(where, org string) string {
	if org == "" {
		return where
	}
	return where + " in " + org
}

func (a *app) grantExtend() *cobra.Command {
	var last durationFlag
	var until string
	cmd := a.printing(&cobra.Command{
		Use:   "extend GRANT_ID (--for DURATION | --until TIME)",
		Short: "Let a grant last longer",
		Long: `Let a grant last longer: until a time, or for so long after the end that it has
now. A role with a longest time of its own (--max-grant) is not had longer than
that from now on. What is over cannot be extended; make a new grant.`,
		Example: `  gatehouse grant extend gra_aaaa --for 1h
  gatehouse grant extend gra_aaaa --until 2027-01-01T00:00:00Z --json`,
		Args: one(aGrant),
	})
	cmd.Flags().Var(&last, "for", "so much longer")
	cmd.Flags().StringVar(&until, "until", "", "until this `time` (RFC 3339 or a date)")
	cmd.MarkFlagsMutuallyExclusive("for", "until")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if last <= 0 && until == "" {
			return usagef("say how long: --for or --until")
		}
		end, err := readMoment("--until", until)
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			g, err := h.Access.Grant(ctx, apply.GrantID(args[0]))
			if err != nil {
				return missing(err, args[0])
			}
			if end.IsZero() {
				end = g.ExpiresAt.Add(time.Duration(last))
			}
			return a.extendGrant(ctx, h, g.ID, end)
		})
	})
	return cmd
}

func (a *app) extendGrant(ctx context.Context, h *house.House, grant id.Grant, end time.Time) error {
	is, err := h.Access.Extend(ctx, operator(), grant, end)
	if err != nil {
		return inFlags(err, grantFlag)
	}
	w, err := shownGrant(ctx, newNames(h), is)
	if err != nil {
		return err
	}
	return a.say(w, "%s lasts until %s.", is.ID, moment(is.ExpiresAt))
}

func (a *app) grantRevoke() *cobra.Command {
	var reason string
	cmd := a.printing(&cobra.Command{
		Use:   "revoke GRANT_ID --reason TEXT",
		Short: "End a grant now",
		Long: `End a grant now. It stays as a record, with who ended it and why
("gatehouse grant list --ended").`,
		Example: `  gatehouse grant revoke gra_aaaa --reason "The sale is over"`,
		Args:    one(aGrant),
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why, as `text`")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if reason == "" {
			return usagef("say why, for whoever asks later: --reason")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			is, err := h.Access.Revoke(ctx, operator(), apply.GrantID(args[0]), reason)
			if fault.Is(err, fault.NotFound) {
				return missing(err, args[0])
			}
			if err != nil {
				return inFlags(err, grantFlag)
			}
			w, err := shownGrant(ctx, newNames(h), is)
			if err != nil {
				return err
			}
			return a.say(w, "%s is over.", is.ID)
		})
	})
	return cmd
}
