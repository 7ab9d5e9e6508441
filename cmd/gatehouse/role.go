package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) role() *cobra.Command {
	return explained(a.group("role", "Create, list and change roles",
		a.roleCreate(), a.roleList(), a.roleShow(), a.roleHolders(), a.roleUpdate(), a.roleDelete()),
		`Create, list and change roles. A role is a name for permissions that go together,
and has those of its parents too. In place of a resource or an action a role may
say * for all of them: shop/orders:*. That never gives what is
sensitive; to whom the role is denied, it is denied too.`,
		`  gatehouse role create --id support --permission shop/orders:read
  gatehouse role list`)
}

// roleFlags are the flags of create and update.
type roleFlags struct {
	id                                   string
	permissions, parents                 []string
	addP, removeP, addParent, lessParent []string
	most                                 durationFlag
}

// apply puts the flags that were given into r.
func (f *roleFlags) apply(cmd *cobra.Command, r *access.Role) error {
	var names []string
	for _, p := range r.Permissions {
		names = append(names, p.String())
	}
	err := errors.Join(
		edit(&names, append(f.permissions, f.addP...), f.removeP, "permission"),
		edit(&r.Parents, rolesNamed(append(f.parents, f.addParent...)), rolesNamed(f.lessParent), "parent"),
	)
	if err != nil {
		return err
	}
	if r.Permissions, err = patterns(cmd, "permission", names); err != nil {
		return err
	}
	if cmd.Flags().Changed("max-grant") {
		r.MaxGrant = time.Duration(f.most)
	}
	return nil
}

// patterns reads permissions that stand in a flag, or in the one that adds to a list.
func patterns(cmd *cobra.Command, flag string, names []string) ([]access.Pattern, error) {
	if cmd.Flags().Lookup(flag) == nil {
		flag = "add-" + flag
	}
	var all []access.Pattern
	for _, name := range names {
		p, err := access.ParsePattern(name)
		if err != nil {
			return nil, usagef("--%s: %s", flag, describe(err).Detail)
		}
		all = append(all, p)
	}
	return all, nil
}

// roleFlag is the flag of what access calls a field of a role.
func roleFlag(r *access.Role) spoken {
	return func(field string) (flag, value string) {
		switch name, i := cutIndex(field); {
		case name == "parents" && i >= 0 && i < len(r.Parents):
			return "--parent", brief(r.Parents[i])
		case name == "parents":
			return "--parent", ""
		case name == "permissions" && i >= 0 && i < len(r.Permissions):
			return "--permission", brief(r.Permissions[i].String())
		case name == "permissions":
			return "--permission", ""
		case name == "max_grant":
			return "--max-grant", ""
		}
		return "--" + field, ""
	}
}

func (a *app) roleCreate() *cobra.Command {
	var f roleFlags
	cmd := a.printing(&cobra.Command{
		Use:   "create --id ID (--permission API/RESOURCE:ACTION | --parent ROLE) …",
		Short: "Create a role",
		Long: `Create a role. With --max-grant nobody has it for longer than that at a time: a
grant of it ends by itself, and so does one of any role that has it for a parent.`,
		Example: `  gatehouse role create --id customer --permission shop/orders:read
  gatehouse role create --id refunder --permission shop/orders:refund --parent customer --max-grant 8h`,
		Args: noArgs,
	})
	flags := cmd.Flags()
	flags.StringVar(&f.id, "id", "", "its `id`, in small letters")
	flags.StringArrayVar(&f.permissions, "permission", nil, "a `permission` that it gives, or several with *; may be repeated")
	flags.StringArrayVar(&f.parents, "parent", nil, "a `role` whose permissions it gives too; may be repeated")
	flags.Var(&f.most, "max-grant", "how long a grant of it may last (0: without end)")
	a.completingFlag(cmd, "parent", roles)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if f.id == "" || len(f.permissions)+len(f.parents) == 0 {
			return usagef("a role needs --id, and at least one --permission or --parent")
		}
		r := access.Role{ID: f.id}
		if err := f.apply(cmd, &r); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			made, err := h.Access.CreateRole(ctx, operator(), r)
			if err != nil {
				return inFlags(err, roleFlag(&r))
			}
			return a.say(wire.OfRole(made), "%s is created.", made.ID)
		})
	})
	return cmd
}

func (a *app) roleUpdate() *cobra.Command {
	var f roleFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update ROLE_ID",
		Short: "Change what a role gives, and to whom it counts at once",
		Long: `Change what a role gives; what no flag names stays. It counts at once for everybody
who has the role. Where grants that there are would then last longer than the role
lets them, nothing is changed.`,
		Example: `  gatehouse role update support --add-permission shop/orders:write
  gatehouse role update support --remove-parent customer --max-grant 12h`,
		Args: one(aRole),
	})
	flags := cmd.Flags()
	flags.StringArrayVar(&f.addP, "add-permission", nil, "one `permission` more; may be repeated")
	flags.StringArrayVar(&f.removeP, "remove-permission", nil, "one `permission` less; may be repeated")
	flags.StringArrayVar(&f.addParent, "add-parent", nil, "one `role` more for a parent; may be repeated")
	flags.StringArrayVar(&f.lessParent, "remove-parent", nil, "one `role` less for a parent; may be repeated")
	flags.Var(&f.most, "max-grant", "how long a grant of it may last (0: without end)")
	cmd.RunE = a.withRole(func(ctx context.Context, h *house.House, r access.Role) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		told := changed{before: wire.OfRole(r), was: roleFacts(r)}
		if err := f.apply(cmd, &r); err != nil {
			return err
		}
		is, err := h.Access.UpdateRole(ctx, operator(), r)
		if err != nil {
			return inFlags(err, asTyped(cmd, roleFlag(&r)))
		}
		told.after, told.is = wire.OfRole(is), roleFacts(is)
		return a.printChange(told)
	})
	return a.completing(cmd, roles)
}

func (a *app) roleList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List roles",
		Long: `List roles with what each gives by itself, its parents, and how long a grant of
it may last. Of a long list of permissions the first are printed; "gatehouse role
show" and --json have them all.`,
		Example: `  gatehouse role list
  gatehouse role list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.Roles(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.Role]{
					header: []string{"ROLE", "PERMISSIONS", "PARENTS", "AT MOST"},
					row: func(r access.Role) []string {
						w := wire.OfRole(r)
						return []string{r.ID, firstOf(w.Permissions), strings.Join(r.Parents, " "), w.MaxGrant}
					},
					wire: func(r access.Role) any { return wire.OfRole(r) },
					none: "No roles.",
				})
			})
		}),
	})
}

// cellWidth is how wide a cell with a list becomes, the word on what is left out
// aside, so that a row with others beside it fits a terminal.
const cellWidth = 56

// firstOf is as many of all as a cell of a table has room for, the first one at least.
func firstOf(all []string) string {
	text := ""
	for i, one := range all {
		if i > 0 && len(text)+1+len(one) > cellWidth {
			return fmt.Sprintf("%s and %d more", text, len(all)-i)
		}
		text = strings.TrimPrefix(text+" "+one, " ")
	}
	return text
}

func (a *app) roleShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show ROLE_ID",
		Short: "Print a role",
		Long: `Print a role: what it gives by itself, its parents, and how long a grant of it
may last.`,
		Example: `  gatehouse role show support
  gatehouse role show support --json`,
		Args: one(aRole),
		RunE: a.withRole(func(_ context.Context, _ *house.House, r access.Role) error {
			return a.print(wire.OfRole(r), func(out io.Writer) { tellFacts(out, roleFacts(r)) })
		}),
	}), roles)
}

// roleFacts are what there is to say of a role, its id first.
func roleFacts(r access.Role) []fact {
	w := wire.OfRole(r)
	all := []fact{{"id", r.ID}}
	for _, p := range w.Permissions {
		all = append(all, fact{"permission", p})
	}
	for _, p := range w.Parents {
		all = append(all, fact{"parent", p})
	}
	return append(all, fact{"a grant lasts at most", w.MaxGrant})
}

func (a *app) roleDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete ROLE_ID",
		Short: "Delete a role that nobody has any more",
		Long: `Delete a role. While another role has it for a parent, or a grant of it is not
over, it stays, and the answer says which.`,
		Example: `  gatehouse role delete support
  gatehouse role delete support --yes --json`,
		Args: one(aRole),
		RunE: a.withRole(func(ctx context.Context, h *house.House, r access.Role) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete the role %s", r.ID)); err != nil {
				return err
			}
			if err := h.Access.DeleteRole(ctx, operator(), r.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"id": r.ID, "deleted": true}, "%s is deleted.", r.ID)
		}),
	})), roles)
}

// withRole runs f on the role that the first argument names.
func (a *app) withRole(f func(ctx context.Context, h *house.House, r access.Role) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			r, err := h.Access.Role(ctx, access.RoleNamed(args[0]))
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, r)
		})
	})
}
