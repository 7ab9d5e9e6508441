package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/wire"
)

func (a *app) lock() *cobra.Command {
	return explained(a.group("lock", "Suspend people, programs, sessions, roles and grants, and give back what they had", a.lockCreate(), a.lockLift(), a.lockList()),
		`Suspend somebody, a session, or what a role or a grant allows, without ending
anything: what was there is there again when the lock is lifted, or ends. Who is
locked cannot sign in, is signed out meanwhile, and their tokens are good for
nothing; what a role or a grant denies stays denied. To end what somebody has there
is "gatehouse user disable".`,
		`  gatehouse lock create --user ada@example.test --for 2h --reason "Looking into it"
  gatehouse lock lift --user ada@example.test`)
}

// lockFlags name what a lock is on.
type lockFlags struct {
	who                  subjectFlags
	session, role, grant string
}

const whatIsLocked = "(--user USER | --service SERVICE_ID | --client CLIENT_ID | --session SESSION | --role ROLE | --grant GRANT_ID)"

func (f *lockFlags) bind(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.who.user, "user", "", "the lock is on this person, an id or an `email` address")
	flags.StringVar(&f.who.service, "service", "", "the lock is on this service account, by its `id`")
	flags.StringVar(&f.who.client, "client", "", "the lock is on this application, by its `id`")
	flags.StringVar(&f.session, "session", "", "the lock is on this browser `session`, by its id")
	flags.StringVar(&f.role, "role", "", "the lock is on this `role`")
	flags.StringVar(&f.grant, "grant", "", "the lock is on this `grant`, by its id")
	cmd.MarkFlagsMutuallyExclusive("user", "service", "client", "session", "role", "grant")
	a.completingFlag(cmd, "user", people)
	a.completingFlag(cmd, "service", services)
	a.completingFlag(cmd, "client", applications)
	a.completingFlag(cmd, "session", sessionIDs)
	a.completingFlag(cmd, "role", roles)
}

// typed is the name that was given.
func (f *lockFlags) typed() string { return f.who.typed() + f.session + f.role + f.grant }

// kind is what sort of thing the lock is on.
func (f *lockFlags) kind() string {
	for kind, name := range map[string]string{
		"service account": f.who.service, "application": f.who.client, "session": f.session, "role": f.role, "grant": f.grant,
	} {
		if name != "" {
			return kind
		}
	}
	return "person"
}

// notLocked says of a lock that there is not on what it would be.
func (f *lockFlags) notLocked(err error) error {
	if fault.CodeOf(err) == "lock.not_found" {
		err = fault.Wrap(err, fault.NotFound, "lock.not_found", "There is no such lock, or no more, on the "+f.kind()+".")
	}
	return missing(err, f.typed())
}

func (f *lockFlags) check() error {
	if f.typed() == "" {
		return usagef("say what the lock is on: --user, --service, --client, --session, --role or --grant")
	}
	return nil
}

func (f *lockFlags) target(ctx context.Context, h *house.House) (access.LockTarget, error) {
	switch {
	case f.session != "":
		return access.LockTarget{Kind: access.LockSession, ID: string(id.SessionOf(f.session))}, nil
	case f.role != "":
		return access.LockTarget{Kind: access.LockRole, ID: access.RoleNamed(f.role)}, nil
	case f.grant != "":
		return access.LockTarget{Kind: access.LockGrant, ID: string(id.GrantOf(f.grant))}, nil
	}
	who, err := f.who.find(ctx, h)
	return access.On(who), err
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

func (a *app) lockCreate() *cobra.Command {
	var f lockFlags
	var until, reason string
	var last durationFlag
	var replace bool
	cmd := a.printing(&cobra.Command{
		Use:   "create " + whatIsLocked + " --reason TEXT",
		Short: "Suspend somebody, a session, or what a role or a grant allows",
		Long: `Suspend somebody, a session, or what a role or a grant allows, until the lock is
lifted, or for a time with --for or --until; one on a session ends with it. It
counts within a second. A role is suspended for all who have it, also by way of a
role that has it for a parent. What is locked already stays as it is, but with
--replace: the new lock takes its place, be it shorter or longer.`,
		Example: `  gatehouse lock create --user ada@example.test --for 2h --reason "Looking into it"
  gatehouse lock create --client web --reason "Its secret was in a log"
  gatehouse lock create --session ses_kq3h5tfx2c7a --reason "From an unknown place"
  gatehouse lock create --role refunder --reason "Fraud under way"
  gatehouse lock create --grant gra_aaaa --for 2h --reason "Asking back" --json`,
		Args: noArgs,
	})
	f.bind(a, cmd)
	cmd.Flags().StringVar(&until, "until", "", "until this `time` (RFC 3339 or a date)")
	cmd.Flags().Var(&last, "for", "for so long")
	cmd.Flags().StringVar(&reason, "reason", "", "why, as `text`")
	replaceFlag(cmd, &replace, "take the place of the lock that is there, if any")
	cmd.MarkFlagsMutuallyExclusive("until", "for")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(); err != nil {
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
			return a.putLock(ctx, h, &f, access.Lock{Ends: w.ExpiresAt, Reason: reason}, replace)
		})
	})
	return cmd
}

func (a *app) putLock(ctx context.Context, h *house.House, f *lockFlags, l access.Lock, replace bool) (err error) {
	if l.On, err = f.target(ctx, h); err != nil {
		return err
	}
	var is access.LockRecord
	put := func(ctx context.Context) error {
		is, err = h.Access.PutLock(ctx, operator(), access.LockRecord{Lock: l})
		return err
	}
	if replace {
		err = put(ctx)
	} else {
		err = whereAbsent(ctx, h, func(ctx context.Context) (string, error) { return f.locked(ctx, h, l.On) }, put)
	}
	if err != nil {
		return inFlags(missing(err, f.typed()), lockFlag)
	}
	end := "until the lock is lifted"
	if !is.Ends.IsZero() {
		end = lasting(is.Ends, "lifted")
	}
	return a.say(wire.OfLock(is), "%s is suspended, %s.", plain(f.typed()), end)
}

// locked says of the lock that is there until when and why it is.
func (f *lockFlags) locked(ctx context.Context, h *house.House, on access.LockTarget) (string, error) {
	is, err := h.Access.Lock(ctx, on)
	if err != nil {
		return "", err
	}
	end := "until the lock is lifted"
	if !is.Ends.IsZero() {
		end = lasting(is.Ends, "lifted")
	}
	return "The " + f.kind() + " is locked already, " + end + ", and stays so: " + plain(is.Reason) + ". With --replace the new lock takes its place.", nil
}

func (a *app) lockLift() *cobra.Command {
	var f lockFlags
	cmd := a.printing(&cobra.Command{
		Use:   "lift " + whatIsLocked,
		Short: "Lift a lock, and so give back what it suspended",
		Long: `Lift a lock: who was locked may sign in again, and has the sessions and tokens that
are not over; what a role or a grant allows counts again, for whoever has it and as
long as they have it.`,
		Example: `  gatehouse lock lift --role refunder`,
		Args:    noArgs,
	})
	f.bind(a, cmd)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			on, err := f.target(ctx, h)
			if err != nil {
				return err
			}
			if err := h.Access.LiftLock(ctx, operator(), on); err != nil {
				return f.notLocked(err)
			}
			return a.say(map[string]any{"on": wire.OfLockTarget(on), "lifted": true}, "The lock on the %s %s is lifted: what it suspended counts again.", f.kind(), plain(f.typed()))
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
				names := newNames(h)
				shown := make([]wire.Lock, len(all))
				for i, l := range all {
					shown[i] = wire.OfLock(l)
					if err := showLocked(ctx, names, &shown[i].On); err != nil {
						return err
					}
				}
				return printAll(a, shown, printedLocks)
			})
		}),
	})
}

var printedLocks = printed[wire.Lock]{
	header: []string{"ON", "UNTIL", "BY", "REASON"},
	row: func(l wire.Lock) []string {
		return []string{lockedSaid(l.On), moment(l.ExpiresAt), l.CreatedBy, l.Reason}
	},
	wire: func(l wire.Lock) any { return l },
	none: "No locks.",
}

// showLocked adds the email of a person to what a lock is on.
func showLocked(ctx context.Context, names *personNames, on *wire.LockTarget) error {
	if on.Kind != access.LockUser {
		return nil
	}
	who, err := shownSubject(ctx, names, access.Subject{Kind: access.User, ID: on.ID})
	on.Email = who.Email
	return err
}

// lockedSaid is what a lock is on as people say it.
func lockedSaid(on wire.LockTarget) string {
	if on.Email != "" {
		return on.Email
	}
	return string(on.Kind) + " " + on.ID
}
