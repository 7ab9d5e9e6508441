package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/wire"
)

// container is a sort of thing that has members: groups, or organisations.
type container struct {
	kind    access.Kind
	called  string // as in "Put somebody into a group"
	command string
	is      thing
	known   suggestion
	example string // the name of one
}

var (
	ofGroups = container{access.Group, "a group", "group", aGroup, groups, "desk"}
	ofOrgs   = container{access.Organisation, "an organisation", "org", anOrg, orgs, "acme"}
)

// find returns the one that is called name.
func (o container) find(ctx context.Context, h *house.House, name string) (access.Subject, error) {
	var err error
	if o.kind == access.Group {
		_, err = h.Access.Group(ctx, name)
	} else {
		_, err = h.Access.Org(ctx, name)
	}
	return access.Subject{Kind: o.kind, ID: name}, missing(err, name)
}

// memberFlag is the flag of what access calls a field of a group or a member.
func memberFlag(field string) (flag, value string) {
	switch field {
	case "expires_at":
		return "--until", ""
	case "member":
		return "--group", ""
	}
	return "--" + field, ""
}

const whichMember = "(--user USER | --service SERVICE_ID | --client CLIENT_ID | --group GROUP_ID)"

func (a *app) memberAdd(o container) *cobra.Command {
	var who subjectFlags
	var from, until, reason string
	var last durationFlag
	var replace bool
	cmd := a.printing(&cobra.Command{
		Use:   "add " + o.is.name + " " + whichMember,
		Short: "Put somebody, or a group, into " + o.called,
		Long: `Put somebody, or a whole group, into ` + o.called + `; for a time with
--for or --until. Who is in it already stays so as they were, but with --replace:
they are then in it for the time that is said now, be it shorter or longer.`,
		Example: strings.NewReplacer("COMMAND", o.command, "NAME", o.example).Replace(
			`  gatehouse COMMAND add NAME --user ada@example.test --for 30d
  gatehouse COMMAND add NAME --group support --reason "Reorganisation"`),
		Args: one(o.is),
	})
	who.bind(a, cmd, "put in")
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "from this `time` on (RFC 3339 or a date); now if it is left out")
	flags.StringVar(&until, "until", "", "until this `time`, at which they are in it no more")
	flags.Var(&last, "for", "for so long")
	flags.StringVar(&reason, "reason", "", "why, as `text`")
	replaceFlag(cmd, &replace, "change from when until when who is in it already is")
	cmd.MarkFlagsMutuallyExclusive("until", "for")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if !who.given() {
			return usagef("say whom: --user, --service, --client or --group")
		}
		w, err := (&grantFlags{from: from, until: until, last: last}).window(time.Now())
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			m := access.MembershipRecord{Membership: access.Membership{Window: w}, Reason: reason}
			if m.Member, m.Of, err = o.both(ctx, h, &who, args[0]); err != nil {
				return err
			}
			return a.addMember(ctx, h, m, replace)
		})
	})
	return a.completing(cmd, o.known)
}

// both returns who was named, and what they are to be put into or taken out of.
func (o container) both(ctx context.Context, h *house.House, who *subjectFlags, name string) (member, of access.Subject, err error) {
	if member, err = who.find(ctx, h); err != nil {
		return member, of, err
	}
	of, err = o.find(ctx, h, name)
	return member, of, err
}

func (a *app) addMember(ctx context.Context, h *house.House, m access.MembershipRecord, replace bool) error {
	var made access.MembershipRecord
	add := func(ctx context.Context) (err error) {
		made, err = h.Access.AddMember(ctx, operator(), m)
		return err
	}
	var err error
	if replace {
		err = add(ctx)
	} else {
		err = whereAbsent(ctx, h, func(ctx context.Context) (string, error) { return member(ctx, h, m.Of, m.Member) }, add)
	}
	if err != nil {
		return inFlags(err, memberFlag)
	}
	shown := wire.OfMember(made)
	if shown.Member, err = shownSubject(ctx, newNames(h), made.Member); err != nil {
		return err
	}
	return a.say(shown, "%s is in %s, %s.", plain(called(shown.Member)), m.Of.ID, spanning(shown.NotBefore, shown.ExpiresAt, "taken out"))
}

// member says of a membership that is there from when until when it is.
func member(ctx context.Context, h *house.House, of, who access.Subject) (string, error) {
	is, err := h.Access.Membership(ctx, of, who)
	if err == nil && !is.ExpiresAt.IsZero() && !time.Now().Before(is.ExpiresAt) {
		err = fault.Missing("member") // it is over
	}
	if err != nil {
		return "", err
	}
	span := spanning(is.NotBefore, is.ExpiresAt, "taken out")
	return "They are in " + of.ID + " already, " + span + ", and stay so. With --replace they are in it for the time that is said now.", nil
}

func (a *app) memberRemove(o container) *cobra.Command {
	var who subjectFlags
	cmd := a.printing(&cobra.Command{
		Use:   "remove " + o.is.name + " " + whichMember,
		Short: "Take somebody, or a group, out of " + o.called,
		Long: `Take somebody, or a whole group, out of ` + o.called + `. What they have by
other ways they keep; "gatehouse explain" tells which.`,
		Example: `  gatehouse ` + o.command + ` remove ` + o.example + ` --user ada@example.test`,
		Args:    one(o.is),
	})
	who.bind(a, cmd, "take out")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if !who.given() {
			return usagef("say whom: --user, --service, --client or --group")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			member, of, err := o.both(ctx, h, &who, args[0])
			if err != nil {
				return err
			}
			if err := h.Access.RemoveMember(ctx, operator(), of, member); err != nil {
				return missing(err, who.typed())
			}
			return a.say(map[string]any{o.command: of.ID, "removed": true}, "Taken out of %s.", of.ID)
		})
	})
	return a.completing(cmd, o.known)
}
