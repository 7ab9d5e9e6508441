package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/wire"
)

func (a *app) serviceKey() *cobra.Command {
	return explained(a.group("key", "Give service accounts keys, and take them back",
		a.serviceKeyCreate(), a.serviceKeyList(), a.serviceKeyRevoke()),
		`Give service accounts keys, and take them back. A key is printed once; what is kept
of it cannot be used. An account has up to 20 that are not over, so that one can be
changed for another without a gap. Those that are over are told of for 90 days.`,
		`  gatehouse service key create ops --name laptop --for 30d
  gatehouse service key list ops`)
}

func (a *app) serviceKeyCreate() *cobra.Command {
	k := access.KeyRecord{}
	var until string
	var last durationFlag
	cmd := a.printing(&cobra.Command{
		Use:   "create SERVICE_ID --name NAME",
		Short: "Give a service account one more key, and print it once",
		Long: `Give a service account one more key, and print it once. It is good until it is
revoked, or for a time with --for or --until, and does whatever the account may do.`,
		Example: `  gatehouse service key create ops --name laptop --for 30d
  gatehouse service key create ops --name ci --json`,
		Args: one(aService),
	})
	flags := cmd.Flags()
	flags.StringVar(&k.Name, "name", "", "where it is used, as `text`")
	flags.StringVar(&until, "until", "", "until this `time` (RFC 3339 or a date)")
	flags.Var(&last, "for", "for so long")
	cmd.MarkFlagsMutuallyExclusive("until", "for")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if k.Name == "" {
			return usagef("say where the key is used, for whoever asks later: --name")
		}
		w, err := (&grantFlags{until: until, last: last}).window(time.Now())
		if err != nil {
			return err
		}
		k.Owner, k.ExpiresAt = args[0], w.ExpiresAt
		return a.withHouse(ctx, func(h *house.House) error {
			made, text, err := h.Access.CreateServiceKey(ctx, operator(), k)
			if err != nil {
				return inFlags(missing(err, args[0]), grantFlag)
			}
			return a.print(wire.NewServiceKey{ServiceKey: wire.OfServiceKey(made), Key: wire.Secret(text)}, func(w io.Writer) { tellKey(w, made, text) })
		})
	})
	return a.completing(cmd, services)
}

func (a *app) serviceKeyList() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "list SERVICE_ID",
		Short: "List the keys of a service account, the newest first",
		Long: `List the keys of a service account, the newest first: until when they are good, and
when they were last used, to the minute. Those that are over are told of for 90
days.`,
		Example: `  gatehouse service key list ops
  gatehouse service key list ops --json`,
		Args: one(aService),
		RunE: a.withService(func(ctx context.Context, h *house.House, s access.ServiceAccountRecord) error {
			all, err := h.Access.ServiceKeys(ctx, s.ID)
			if err != nil {
				return err
			}
			return printAll(a, all, printedServiceKeys)
		}),
	}), services)
}

var printedServiceKeys = printed[access.KeyRecord]{
	header: []string{"KEY_ID", "NAME", "CREATED", "BY", "UNTIL", "LAST USED"},
	row: func(k access.KeyRecord) []string {
		until := moment(k.ExpiresAt)
		if !k.Revoked.IsZero() {
			until = moment(k.Revoked) + " revoked by " + k.RevokedBy
		}
		return []string{string(k.ID), k.Name, moment(k.Created), k.CreatedBy, until, moment(k.Used)}
	},
	wire: func(k access.KeyRecord) any { return wire.OfServiceKey(k) },
	none: "No keys.",
}

func (a *app) serviceKeyRevoke() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "revoke KEY_ID",
		Short: "End a key of a service account now",
		Long: `End a key of a service account now: within a second it opens nothing anywhere. It is
named by its id, which is also the part of the key behind "gatehouse_pat_".`,
		Example: `  gatehouse service key revoke key_aaaa`,
		Args:    one(aServiceKey),
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				k, err := h.Access.RevokeServiceKey(ctx, operator(), access.Subject{}, id.ServiceKeyOf(args[0]))
				if err != nil {
					return missing(err, args[0])
				}
				return a.say(wire.OfServiceKey(k), "%s of %s is over.", k.ID, k.Owner)
			})
		}),
	})
}
