package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/wire"
)

func (a *app) lock() *cobra.Command {
	return explained(a.group("lock", "Suspend what a role or a grant allows, and give it back", a.lockPut(), a.lockLift(), a.lockList()),
		`Suspend what a role or a grant allows, without ending it: whoever has it has it
again when the lock is lifted, or ends. What a role denies stays denied. To keep a
person out there is "gatehouse user disable".`,
		`  gatehouse lock put --role refunder --reason "Fraud under way"
  gatehouse lock lift --role refunder`)
}

// lockFlags name what a lock is on.
type lockFlags struct{ role, grant string }

func (f *lockFlags) bind(a *app, cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.role, "role", "", "the lock is on this `role`")
	cmd.Flags().StringVar(&f.grant, "grant", "", "the lock is on this `grant`, by its id")
	cmd.MarkFlagsMutuallyExclusive("role", "grant")
	a.completingFlag(cmd, "role", roles)
}

func (f *lockFlags) target() (access.LockTarget, error) {
	switch {
	case f.role != "":
		return access.LockTarget{Kind: access.LockRole, ID: access.RoleNamed(f.role)}, nil
	case f.grant != "":
		return access.LockTarget{Kind: access.LockGrant, ID: string(id.GrantOf(f.grant))}, nil
	}
	return access.LockTarget{}, usagef("say what the lock is on: --role or --grant")
}

// lockFlag is the flag of what access calls a field of a lock.
func lockFlag(field string) (flag, value string) {
	switch field {
	case "expires_at":
		return "--until", ""
	case "on":
		return "--grant", ""
	}
	return "--" + field, ""
}

func (a *app) lockPut() *cobra.Command {
	var f lockFlags
	var until, reason string
	var last durationFlag
	cmd := a.printing(&cobra.Command{
		Use:   "put (--role ROLE | --grant GRANT_ID) --reason TEXT",
		Short: "Suspend what a role or a grant allows",
		Long: `Suspend what a role or a grant allows, until the lock is lifted, or for a time with
--for or --until. A role is suspended for all who have it, also by way of a role
that has it for a parent. A lock that is there already is replaced.`,
		Example: `  gatehouse lock put --role refunder --reason "Fraud under way"
  gatehouse lock put --grant gra_aaaa --for 2h --reason "Asking back" --json`,
		Args: noArgs,
	})
	f.bind(a, cmd)
	cmd.Flags().StringVar(&until, "until", "", "until this `time` (RFC 3339 or a date)")
	cmd.Flags().Var(&last, "for", "for so long")
	cmd.Flags().StringVar(&reason, "reason", "", "why, as `text`")
	cmd.MarkFlagsMutuallyExclusive("until", "for")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		on, err := f.target()
		if err != nil {
			return err
		}
		if reason == "" {
			return usagef("say why, for whoever asks later: --reason")
		}
		w, err := (&grantFlags{until: until, last: last}).window(time.Now())
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			l, err := h.Access.PutLock(ctx, operator(), access.LockRecord{Lock: access.Lock{On: on, Ends: w.ExpiresAt, Reason: reason}})
			if err != nil {
				return inFlags(missing(err, f.role+f.grant), lockFlag)
			}
			end := "until the lock is lifted"
			if !l.Ends.IsZero() {
				end = lasting(l.Ends)
			}
			return a.say(wire.OfLock(l), "%s is suspended, %s.", plain(on.ID), end)
		})
	})
	return cmd
}

func (a *app) lockLift() *cobra.Command {
	var f lockFlags
	cmd := a.printing(&cobra.Command{
		Use:   "lift (--role ROLE | --grant GRANT_ID)",
		Short: "Lift a lock, and so give back what it suspended",
		Long: `Lift a lock: what the role or the grant allows counts again, for whoever has it and
as long as they have it.`,
		Example: `  gatehouse lock lift --role refunder`,
		Args:    noArgs,
	})
	f.bind(a, cmd)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		on, err := f.target()
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			if err := h.Access.LiftLock(ctx, operator(), on); err != nil {
				return missing(err, f.role+f.grant)
			}
			return a.say(map[string]any{"on": wire.LockTarget(on), "lifted": true}, "The lock on %s is lifted.", plain(on.ID))
		})
	})
	return cmd
}

func (a *app) lockList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List locks that are not over",
		Long:  `List locks that are not over, with what they are on, until when, and why.`,
		Example: `  gatehouse lock list
  gatehouse lock list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.Locks(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.LockRecord]{
					header: []string{"ON", "UNTIL", "BY", "REASON"},
					row: func(l access.LockRecord) []string {
						return []string{string(l.On.Kind) + " " + l.On.ID, moment(l.Ends), l.CreatedBy, l.Reason}
					},
					wire: func(l access.LockRecord) any { return wire.OfLock(l) },
					none: "No locks.",
				})
			})
		}),
	})
}
