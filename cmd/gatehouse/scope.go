package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) scope() *cobra.Command {
	return explained(a.group("scope", "Bind scopes of applications to permissions of APIs",
		a.scopeCreate(), a.scopeList(), a.scopeShow(), a.scopeUpdate(), a.scopeDelete()),
		`Bind scopes to permissions. A token with a bound scope may be used for these
permissions, as far as the person has them; a person who has none of them cannot
give the scope. Applications ask for a scope by its name and must be allowed to
("gatehouse client update --add-scope"). A scope that is bound to nothing is a
name that the application and its API know the meaning of.`,
		`  gatehouse scope create --name orders.read --permission shop/orders:read --description "See your orders"
  gatehouse scope list`)
}

// scopeFlags are the flags of create and update.
type scopeFlags struct {
	name, description          string
	permissions, addP, removeP []string
}

// apply puts the flags that were given into s.
func (f *scopeFlags) apply(cmd *cobra.Command, s *access.Scope) error {
	if cmd.Flags().Changed("description") {
		s.Description = f.description
	}
	var names []string
	for _, p := range s.Patterns {
		names = append(names, p.String())
	}
	if err := edit(&names, append(f.permissions, f.addP...), f.removeP, "permission"); err != nil {
		return err
	}
	var err error
	s.Patterns, err = patterns(cmd, "permission", names)
	return err
}

// scopeFlag is the flag of what access calls a field of a scope.
func scopeFlag(field string) (flag, value string) {
	if name, _ := cutIndex(field); name == "permissions" {
		return "--permission", ""
	}
	return "--" + field, ""
}

func (a *app) scopeCreate() *cobra.Command {
	var f scopeFlags
	cmd := a.printing(&cobra.Command{
		Use:   "create --name SCOPE --permission API/RESOURCE:ACTION …",
		Short: "Bind a scope to permissions of one API",
		Long: `Bind a scope to permissions of one API. With the first one the API goes by scopes:
from that moment a token is good there for what its scopes are bound to, and for
nothing without one. The description is what people read who are asked whether an
application may have the scope.`,
		Example: `  gatehouse scope create --name orders.read --permission shop/orders:read --description "See your orders"
  gatehouse scope create --name orders --permission "shop/orders:*"`,
		Args: noArgs,
	})
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "the `scope` as applications ask for it")
	flags.StringVar(&f.description, "description", "", "what it allows, a short `text` for people")
	flags.StringArrayVar(&f.permissions, "permission", nil, "a `permission` that it is bound to, or several with *; may be repeated")
	a.completingFlag(cmd, "permission", permissions)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if f.name == "" || len(f.permissions) == 0 {
			return usagef("a scope needs --name, and at least one --permission")
		}
		one := access.Scope{Name: f.name}
		if err := f.apply(cmd, &one); err != nil {
			return err
		}
		one.API = one.Patterns[0].API
		return a.withHouse(ctx, func(h *house.House) error {
			made, err := h.Access.CreateScope(ctx, operator(), one)
			if err != nil {
				return inFlags(err, scopeFlag)
			}
			return a.say(wire.OfScope(made), "%s is bound. From now on a token is good at %s for what its scopes are bound to, and without one for nothing.", made.Name, made.API)
		})
	})
	return cmd
}

func (a *app) scopeUpdate() *cobra.Command {
	var f scopeFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update SCOPE",
		Short: "Change what a scope is bound to, for tokens that are out too",
		Long: `Change what a scope is bound to; what no flag names stays. It counts at once, for
tokens that were given before too.`,
		Example: `  gatehouse scope update orders.read --add-permission shop/stock:read
  gatehouse scope update orders.read --description "See your orders and what is in stock"`,
		Args: one(aScope),
	})
	flags := cmd.Flags()
	flags.StringVar(&f.description, "description", "", "what it allows, a short `text` for people")
	flags.StringArrayVar(&f.addP, "add-permission", nil, "one `permission` more; may be repeated")
	flags.StringArrayVar(&f.removeP, "remove-permission", nil, "one `permission` less; may be repeated")
	cmd.RunE = a.withScope(func(ctx context.Context, h *house.House, s access.Scope) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		told := changed{before: wire.OfScope(s), was: scopeFacts(s)}
		if err := f.apply(cmd, &s); err != nil {
			return err
		}
		is, err := h.Access.UpdateScope(ctx, operator(), s)
		if err != nil {
			return inFlags(err, asTyped(cmd, scopeFlag))
		}
		told.after, told.is = wire.OfScope(is), scopeFacts(is)
		return a.printChange(told)
	})
	return a.completing(cmd, boundScopes)
}

func (a *app) scopeList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List the scopes that are bound to permissions",
		Long:  `List the scopes that are bound to permissions, and what people read of each.`,
		Example: `  gatehouse scope list
  gatehouse scope list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.Scopes(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.Scope]{
					header: []string{"SCOPE", "PERMISSIONS", "DESCRIPTION"},
					row: func(s access.Scope) []string {
						return []string{s.Name, strings.Join(wire.OfScope(s).Permissions, " "), s.Description}
					},
					wire: func(s access.Scope) any { return wire.OfScope(s) },
					none: "No scopes.",
				})
			})
		}),
	})
}

func (a *app) scopeShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show SCOPE",
		Short: "Print a bound scope",
		Long:  `Print a bound scope: its API, its permissions, and what people read of it.`,
		Example: `  gatehouse scope show orders.read
  gatehouse scope show orders.read --json`,
		Args: one(aScope),
		RunE: a.withScope(func(_ context.Context, _ *house.House, s access.Scope) error {
			return a.print(wire.OfScope(s), func(out io.Writer) { tellFacts(out, scopeFacts(s)) })
		}),
	}), boundScopes)
}

// scopeFacts are what there is to say of a scope, its name first.
func scopeFacts(s access.Scope) []fact {
	w := wire.OfScope(s)
	all := []fact{{"scope", w.Name}, {"api", w.API}}
	for _, p := range w.Permissions {
		all = append(all, fact{"permission", p})
	}
	return append(all, fact{"description", w.Description})
}

func (a *app) scopeDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete SCOPE",
		Short: "Delete a bound scope that no application may ask for",
		Long: `Delete a bound scope. While an application may ask for it, it stays, and the
answer says which: to that application it would be a name that everybody can give.
Its API goes on going by scopes; "gatehouse api update --delegation audience"
changes that once no scope is bound to it.`,
		Example: `  gatehouse scope delete orders.read
  gatehouse scope delete orders.read --yes --json`,
		Args: one(aScope),
		RunE: a.withScope(func(ctx context.Context, h *house.House, s access.Scope) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete the scope %s", s.Name)); err != nil {
				return err
			}
			if err := h.Access.DeleteScope(ctx, operator(), s.Name); err != nil {
				return err
			}
			return a.say(map[string]any{"name": s.Name, "deleted": true}, "%s is deleted.", s.Name)
		}),
	})), boundScopes)
}

// withScope runs f on the bound scope that the first argument names.
func (a *app) withScope(f func(ctx context.Context, h *house.House, s access.Scope) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			s, err := h.Access.Scope(ctx, args[0])
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, s)
		})
	})
}
