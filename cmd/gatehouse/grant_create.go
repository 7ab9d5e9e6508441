package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/wire"
)

// grantFlags are the flags of a new grant.
type grantFlags struct {
	to                  subjectFlags
	role, permission    string
	deny                bool
	org                 string
	where, condition    string
	ids                 []string
	from, until         string
	last, maxAge        durationFlag
	acr, reason, ticket string
	again               bool
}

func (f *grantFlags) bind(a *app, cmd *cobra.Command) {
	f.to.bindEveryone(a, cmd, "to")
	flags := cmd.Flags()
	flags.StringVar(&f.role, "role", "", "a `role`")
	flags.StringVar(&f.permission, "permission", "", "or a `permission`, or several with *")
	flags.BoolVar(&f.deny, "deny", false, "deny it instead, whatever else allows it")
	flags.StringVar(&f.org, "org", "", "within this organisation only, and for its members, by its `id`")
	flags.StringVar(&f.where, "where", "any", "on which things, a `place`: any, or own for those whose owner they are")
	flags.StringArrayVar(&f.ids, "resource-id", nil, "on the thing with this `id` only; may be repeated")
	flags.StringVar(&f.condition, "condition", "", "on things for which this `expression` in CEL is true")
	flags.StringVar(&f.from, "from", "", "from this `time` on (RFC 3339 or a date); now if it is left out")
	flags.StringVar(&f.until, "until", "", "until this `time`, at which it counts no more")
	flags.Var(&f.last, "for", "for so long")
	flags.StringVar(&f.acr, "acr", "", "only for who is proved at this `level`: aal1 or aal2")
	flags.Var(&f.maxAge, "max-age", "only for who signed in so lately")
	flags.StringVar(&f.reason, "reason", "", "why, as `text`")
	flags.StringVar(&f.ticket, "ticket", "", "a `ticket` elsewhere that tells of it")
	flags.BoolVar(&f.again, "again", false, "make it although a grant that there is says the same for as long")
	cmd.MarkFlagsMutuallyExclusive("role", "permission")
	cmd.MarkFlagsMutuallyExclusive("until", "for")
	cmd.MarkFlagsMutuallyExclusive("where", "resource-id", "condition")
	a.completingFlag(cmd, "role", roles)
	a.completingFlag(cmd, "org", orgs)
	choosing(cmd, "where", string(access.Everywhere), string(access.Own))
	choosing(cmd, "acr", proof.AAL1.String(), proof.AAL2.String())
}

// read returns the grant that the flags say, without its subject.
func (f *grantFlags) read(now time.Time) (g access.Grant, err error) {
	switch {
	case !f.to.given():
		return g, usagef("say to whom: --user, --group, --service, --client or --everyone-in")
	case f.role+f.permission == "":
		return g, usagef("say what: --role or --permission")
	case f.reason == "":
		return g, usagef("say why, for whoever asks later: --reason")
	}
	g = access.Grant{Effect: access.Allow, Role: access.RoleNamed(f.role), Org: f.org, Reason: f.reason, Ticket: f.ticket, Requires: access.Requirement{MaxAge: time.Duration(f.maxAge)}}
	if f.deny {
		g.Effect = access.Deny
	}
	if f.permission != "" {
		if g.Permission, err = access.ParsePattern(f.permission); err != nil {
			return g, usagef("--permission: %s", describe(err).Detail)
		}
	}
	if g.Requires.Level, err = proof.ParseLevel(f.acr); err != nil {
		return g, usagef("--acr must be aal1 or aal2")
	}
	if g.Where, err = f.place(); err != nil {
		return g, err
	}
	g.Window, err = f.window(now)
	return g, err
}

func (f *grantFlags) place() (access.Where, error) {
	switch {
	case len(f.ids) > 0:
		return access.Where{Place: access.Listed, IDs: f.ids}, nil
	case f.condition != "":
		return access.Where{Place: access.Condition, Expression: f.condition}, nil
	case f.where != string(access.Everywhere) && f.where != string(access.Own):
		return access.Where{}, usagef("--where must be any or own; there are --resource-id and --condition too")
	}
	return access.Where{Place: access.Place(f.where)}, nil
}

func (f *grantFlags) window(now time.Time) (w access.Window, err error) {
	if w.NotBefore, err = readMoment("--from", f.from); err != nil {
		return w, err
	}
	if w.ExpiresAt, err = readMoment("--until", f.until); err != nil || f.last == 0 {
		return w, err
	}
	begin := now
	if w.NotBefore.After(now) {
		begin = w.NotBefore
	}
	w.ExpiresAt = begin.Add(time.Duration(f.last))
	return w, nil
}

// grantFlag is the flag of what access calls a field of a grant.
func grantFlag(field string) (flag, value string) {
	switch field {
	case "expires_at":
		return "--until", ""
	case "requires":
		return "--acr or --max-age", ""
	case "resource_ids":
		return "--resource-id", ""
	}
	return "--" + field, ""
}

func (a *app) grantCreate() *cobra.Command {
	var f grantFlags
	cmd := a.printing(&cobra.Command{
		Use:   "create (--user USER | --group GROUP_ID | --service SERVICE_ID | --client CLIENT_ID | --everyone-in ORG_ID) (--role ROLE | --permission PERMISSION) --reason TEXT",
		Short: "Give somebody a role or a permission, or deny it",
		Long: `Give somebody a role or a permission, or deny it to them. Without --for and --until
it lasts until it is revoked, or for a role with a longest time of its own as long
as that. With --org it counts within that organisation only, and for who is a member
of it. --where own is for things whose owner they are, as the API says in an
attribute; the program that asks says what that attribute is.

What somebody has already, for as long or all but a tenth of it and on the same
things, is not given twice unless --again says so: whoever revokes one would not
see the other.`,
		Example: `  gatehouse grant create --user ada@example.test --role support --for 8h --reason "Summer sale"
  gatehouse grant create --user ada@example.test --permission shop/orders:read --where own --reason "A customer"
  gatehouse grant create --group desk --role support --reason "Support"
  gatehouse grant create --everyone-in acme --role customer --org acme --reason "Their own shop"
  gatehouse grant create --client reports --permission shop/orders:* --until 2027-01-01T00:00:00Z --reason "Yearly report" --ticket OPS-7
  gatehouse grant create --user bob@example.test --role refunder --deny --reason "Under review"`,
		Args: noArgs,
	})
	f.bind(a, cmd)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		g, err := f.read(time.Now())
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			if g.Subject, err = f.to.find(ctx, h); err != nil {
				return err
			}
			return a.give(ctx, h, &f, g)
		})
	})
	return cmd
}

func (a *app) give(ctx context.Context, h *house.House, f *grantFlags, g access.Grant) error {
	give := h.Access.Give
	if f.again {
		give = h.Access.GiveAgain
	}
	made, err := give(ctx, operator(), g)
	if err != nil {
		return f.refused(err)
	}
	alike, err := h.Access.Alike(ctx, &made.Grant)
	if err != nil {
		return err
	}
	w, err := shownGrant(ctx, newNames(h), made)
	if err != nil {
		return err
	}
	if err := a.say(newGrant{w, idsOf(alike)}, "%s: %s %s, %s.", made.ID, plain(called(w.Subject)), plain(has(w)), spanning(w.NotBefore, w.ExpiresAt, "revoked")); err != nil {
		return err
	}
	return a.noteAlike(alike)
}

// newGrant is a grant that was just made, and those beside it that say the same.
type newGrant struct {
	wire.Grant
	Alike []id.Grant `json:"alike,omitempty"`
}

// refused is err with the flags that would help. What is there already would be there
// still when the other one is revoked.
func (f *grantFlags) refused(err error) error {
	one, twice := access.Existing(err)
	if !twice {
		return inFlags(missing(err, f.named(err)), f.flag)
	}
	way := fmt.Sprintf("%q lets it last longer, and", "gatehouse grant extend "+string(one.ID)+" --until TIME")
	if one.ExpiresAt.IsZero() {
		way = ""
	}
	return failed("grant.exists", "%s says this already, %s (%s). %s", one.ID, lasting(one.ExpiresAt, "revoked"), plain(one.Reason), strings.TrimSpace(way+" --again makes a second one."))
}

func idsOf(alike []access.Alike) (all []id.Grant) {
	for i := range alike {
		all = append(all, alike[i].ID)
	}
	return all
}

// noteAlike says which grants there are beside the new one that say the same.
func (a *app) noteAlike(alike []access.Alike) error {
	for i := range alike {
		one := &alike[i]
		if err := a.note("%s says the same, %s: whoever takes this back revokes both.", one.ID, lasting(one.ExpiresAt, "revoked")); err != nil {
			return err
		}
	}
	return nil
}

// flag is the flag of what access calls a field of the grant.
func (f *grantFlags) flag(field string) (flag, value string) {
	if field == "where" && f.condition != "" {
		return "--condition", ""
	}
	return grantFlag(field)
}

// named is what was looked for and is not there.
func (f *grantFlags) named(err error) string {
	if fault.CodeOf(err) == "org.not_found" {
		return f.org
	}
	return f.role
}

// has says what somebody has by a grant.
func has(g wire.Grant) string {
	what, verb := g.Permission, "may do"
	if g.Role != "" {
		what, verb = "the role "+g.Role, "has"
	}
	if g.Effect != access.Allow {
		verb = "is denied"
	}
	return verb + " " + what + counting(g)
}

// counting says where a grant counts, unless it counts everywhere.
func counting(g wire.Grant) string {
	where := ""
	switch g.Where {
	case access.Own:
		where = " on what is their own"
	case access.Listed:
		where = " on " + strings.Join(g.ResourceIDs, ", ") + " alone"
	case access.Condition:
		where = " under the condition"
	}
	if g.Org != "" {
		where += " within " + g.Org
	}
	return where
}

// spanning says from when, unless that is past, and until when something lasts, or else
// until what is done to it.
func spanning(from, until time.Time, done string) string {
	if !from.After(time.Now()) {
		return lasting(until, done)
	}
	return "from " + moment(from) + " " + lasting(until, done)
}

// lasting says until when something lasts, or else until what is done to it.
func lasting(until time.Time, done string) string {
	if until.IsZero() {
		return "until it is " + done
	}
	return "until " + moment(until)
}
