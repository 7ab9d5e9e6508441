package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) memberList(o container) *cobra.Command {
	var f pageFlags
	var direct bool
	cmd := a.printing(&cobra.Command{
		Use:   "members " + o.is.name,
		Short: "List who is in " + o.called + ", by which way, and until when",
		Long: `List who is in ` + o.called + `: directly, and by way of groups in it.
From and until are those of the whole way. Also those are listed who are in it no
longer, or not yet. Who is in it by several ways is listed once for each group that
they are in.`,
		Example: strings.NewReplacer("COMMAND", o.command, "NAME", o.example).Replace(
			`  gatehouse COMMAND members NAME
  gatehouse COMMAND members NAME --direct --json`),
		Args: one(o.is),
	})
	f.bind(cmd, 500)
	cmd.Flags().BoolVar(&direct, "direct", false, "only those that are in it themselves, and not by way of a group")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		from, ok := parseMemberCursor(f.cursor)
		if !ok {
			return badCursor(f.cursor)
		}
		return a.withHouse(ctx, func(h *house.House) error {
			l := memberLister{house: h, names: newNames(h)}
			if err := l.begin(ctx, o, args[0], direct); err != nil {
				return err
			}
			if !l.goOn(from) {
				return badCursor(f.cursor)
			}
			return printPages(a, f, printedMembers, func(_ string, limit int) (page[wire.NestedMember], error) { return l.page(ctx, limit) })
		})
	})
	return a.completing(cmd, o.known)
}

// memberCursor is where a list of members goes on: behind a member of one of the groups.
type memberCursor struct{ Of, After access.Subject }

func (c memberCursor) String() string {
	text, _ := json.Marshal(c) // four texts
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseMemberCursor(text string) (c memberCursor, ok bool) {
	if text == "" {
		return c, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return c, err == nil && json.Unmarshal(raw, &c) == nil && c.Of.ID != ""
}

// memberLister lists the members of one group after another.
type memberLister struct {
	house    *house.House
	names    *personNames
	branches []access.Branch // what is left to list, the first from after on
	after    access.Subject
}

// begin finds what is to be listed: of the thing itself, or of the groups in it too.
func (l *memberLister) begin(ctx context.Context, o container, name string, direct bool) error {
	of, err := o.find(ctx, l.house, name)
	if err != nil || direct {
		l.branches = []access.Branch{{Of: of}}
		return err
	}
	l.branches, err = l.house.Access.Branches(ctx, of)
	return err
}

// goOn goes to where a list was cut, and reports whether that is a place of this list.
func (l *memberLister) goOn(from memberCursor) bool {
	if from == (memberCursor{}) {
		return true
	}
	for i := range l.branches {
		if l.branches[i].Of == from.Of {
			l.branches, l.after = l.branches[i:], from.After
			return true
		}
	}
	return false
}

func (l *memberLister) page(ctx context.Context, limit int) (p page[wire.NestedMember], err error) {
	for len(l.branches) > 0 {
		left := limit - len(p.rows)
		found, next, err := l.house.Access.Members(ctx, l.branches[0].Of, l.after, max(1, left))
		if err != nil {
			return p, err
		}
		if left == 0 && len(found) > 0 { // looked whether there is more
			p.next = memberCursor{l.branches[0].Of, l.after}.String()
			return p, nil
		}
		for _, m := range found {
			w := wire.OfNestedMember(l.branches[0], m)
			if w.Member.Member, err = shownSubject(ctx, l.names, m.Member); err != nil {
				return p, err
			}
			p.rows = append(p.rows, w)
		}
		if l.after = next; next == (access.Subject{}) {
			l.branches = l.branches[1:]
		}
	}
	return p, nil
}

var printedMembers = printed[wire.NestedMember]{
	header: []string{"MEMBER", "BY", "FROM", "UNTIL", "REASON"},
	row: func(m wire.NestedMember) []string {
		return []string{called(m.Member.Member), waySaid(m), moment(m.NotBefore), moment(m.ExpiresAt), m.Reason}
	},
	wire: func(m wire.NestedMember) any { return m },
	none: "No members.",
}

// waySaid says by which way somebody is a member.
func waySaid(m wire.NestedMember) string {
	if m.Direct {
		return "directly"
	}
	return pathSaid(m.Path)[len("by "):]
}
