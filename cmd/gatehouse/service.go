package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) service() *cobra.Command {
	return explained(a.group("service", "Let programs act for themselves, with keys",
		a.serviceCreate(), a.serviceList(), a.serviceShow(), a.serviceUpdate(), a.serviceDisable(), a.serviceEnable(), a.serviceDelete(), a.serviceKey()),
		`Let programs act for themselves: scripts, jobs, what asks Gatehouse for decisions. A
service account has keys, which it sends as "Authorization: Bearer gatehouse_pat_…",
and what it is granted ("gatehouse grant create --service"). It does not sign in. An
application that gets tokens is "gatehouse client" instead.`,
		`  gatehouse service create --id ops --role support --for 90d
  gatehouse service key create ops --name laptop --for 30d`)
}

// serviceFlag is the flag of what access calls a field of a service account, its
// first key or its grant.
func serviceFlag(field string) (flag, value string) {
	if field == "expires_at" {
		return "--for", ""
	}
	return "--" + field, ""
}

func (a *app) serviceCreate() *cobra.Command {
	var n access.NewServiceAccount
	var last durationFlag
	cmd := a.printing(&cobra.Command{
		Use:   "create --id ID",
		Short: "Create a service account, and print its first key once",
		Long: `Create a service account with its first key, which is printed once. With --role it
is granted that in the same step; more is given with "gatehouse grant create". With
--for, key and grant end then; without, they last until they are revoked, a grant no
longer than its role lets it. No application has the same id.`,
		Example: `  gatehouse service create --id ops --role support --for 90d --json
  gatehouse service create --id nightly --description "Nightly report"`,
		Args: noArgs,
	})
	flags := cmd.Flags()
	flags.StringVar(&n.ID, "id", "", "its `id`, in small letters")
	flags.StringVar(&n.Description, "description", "", "what it is for, as `text`")
	flags.StringVar(&n.Role, "role", "", "grant it this `role`")
	flags.Var(&last, "for", "key and grant last so long")
	flags.StringVar(&n.Reason, "reason", "", "why, as `text`")
	a.completingFlag(cmd, "role", roles)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if n.ID == "" {
			return usagef("a service account needs --id")
		}
		if last > 0 {
			n.Until = time.Now().Add(time.Duration(last))
		}
		return a.withHouse(ctx, func(h *house.House) error {
			n.Role = access.RoleNamed(n.Role)
			b, err := h.Access.CreateServiceAccount(ctx, operator(), n)
			if err != nil {
				return inFlags(missing(err, n.Role), serviceFlag)
			}
			return a.print(wire.OfBegun(b), func(w io.Writer) { tellBegun(w, b) })
		})
	})
	return cmd
}

// tellBegun writes a service account that was just made.
func tellBegun(w io.Writer, b access.Begun) {
	row(w, "service", b.ID)
	if b.Grant.ID != "" {
		row(w, "grant", string(b.Grant.ID), b.Grant.Role, lasting(b.Grant.ExpiresAt, "revoked"))
	}
	tellKey(w, b.Key, b.Text)
}

// tellKey writes a key that was just made.
func tellKey(w io.Writer, k access.KeyRecord, text string) {
	row(w, "key_id", string(k.ID), k.Name, lasting(k.ExpiresAt, "revoked"))
	row(w, "key", text)
	fmt.Fprintln(w, "\nThe key is not shown again.")
}

func (a *app) serviceList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List service accounts",
		Long:  `List service accounts, also those that are disabled.`,
		Example: `  gatehouse service list
  gatehouse service list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.ServiceAccounts(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.ServiceAccountRecord]{
					header: []string{"SERVICE", "DISABLED", "CREATED", "DESCRIPTION"},
					row: func(s access.ServiceAccountRecord) []string {
						return []string{s.ID, yes(s.Disabled), moment(s.Created), s.Description}
					},
					wire: func(s access.ServiceAccountRecord) any { return wire.OfServiceAccount(s) },
					none: "No service accounts.",
				})
			})
		}),
	})
}

// withService runs f on the service account that the first argument names.
func (a *app) withService(f func(ctx context.Context, h *house.House, s access.ServiceAccountRecord) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			s, err := h.Access.ServiceAccount(ctx, args[0])
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, s)
		})
	})
}

func (a *app) serviceShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show SERVICE_ID",
		Short: "Show a service account",
		Long: `Show a service account. "gatehouse service key list" lists its keys, and "gatehouse
grant list --service" what it is granted.`,
		Example: `  gatehouse service show ops
  gatehouse service show ops --json`,
		Args: one(aService),
		RunE: a.withService(func(_ context.Context, _ *house.House, s access.ServiceAccountRecord) error {
			return a.print(wire.OfServiceAccount(s), func(w io.Writer) {
				row(w, "service", s.ID)
				row(w, "description", s.Description)
				row(w, "disabled", yes(s.Disabled))
				row(w, "created", moment(s.Created), "by "+s.CreatedBy)
				row(w, "updated", moment(s.Updated))
			})
		}),
	}), services)
}

func (a *app) serviceDisable() *cobra.Command {
	var reason string
	cmd := a.printing(&cobra.Command{
		Use:   "disable SERVICE_ID",
		Short: "Let a service account do nothing, until it is enabled again",
		Long: `Let a service account do nothing: its keys open nothing within a second, and it may
do nothing of what it is granted. "gatehouse service enable" gives both back.`,
		Example: `  gatehouse service disable ops --reason "Its key was in a log"`,
		Args:    one(aService),
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why, as `text`")
	cmd.RunE = a.withService(func(ctx context.Context, h *house.House, s access.ServiceAccountRecord) error {
		is, err := h.Access.DisableServiceAccount(ctx, operator(), s.ID, reason)
		if err != nil {
			return inFlags(err, serviceFlag)
		}
		return a.say(wire.OfServiceAccount(is), "%s is disabled.", is.ID)
	})
	return a.completing(cmd, services)
}

func (a *app) serviceEnable() *cobra.Command {
	var reason string
	cmd := a.printing(&cobra.Command{
		Use:   "enable SERVICE_ID",
		Short: "Let a disabled service account act again",
		Long: `Let a disabled service account act again, with the keys and the grants that it has.
Revoke first what should not come back.`,
		Example: `  gatehouse service enable ops`,
		Args:    one(aService),
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why, as `text`")
	cmd.RunE = a.withService(func(ctx context.Context, h *house.House, s access.ServiceAccountRecord) error {
		is, err := h.Access.EnableServiceAccount(ctx, operator(), s.ID, reason)
		if err != nil {
			return inFlags(err, serviceFlag)
		}
		return a.say(wire.OfServiceAccount(is), "%s is enabled.", is.ID)
	})
	return a.completing(cmd, services)
}

func (a *app) serviceDelete() *cobra.Command {
	var reason string
	cmd := a.confirming(a.printing(&cobra.Command{
		Use:   "delete SERVICE_ID",
		Short: "Delete a service account for good, with its keys",
		Long: `Delete a service account with its keys. What it was granted ends, and it is in no
group and no organisation any more: one of the same id that is created later has
nothing of it.`,
		Example: `  gatehouse service delete ops
  gatehouse service delete ops --yes --reason "Not run any more" --json`,
		Args: one(aService),
	}))
	cmd.Flags().StringVar(&reason, "reason", "", "why, as `text`")
	cmd.RunE = a.withService(func(ctx context.Context, h *house.House, s access.ServiceAccountRecord) error {
		if err := a.confirm(ctx, fmt.Sprintf("Delete the service account %s with its keys for good", s.ID)); err != nil {
			return err
		}
		if err := h.Access.DeleteServiceAccount(ctx, operator(), s.ID, reason); err != nil {
			return inFlags(err, serviceFlag)
		}
		return a.say(map[string]any{"id": s.ID, "deleted": true}, "%s is deleted.", s.ID)
	})
	return a.completing(cmd, services)
}
