package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/keys"
	"gatehouse/wire"
)

func (a *app) keys() *cobra.Command {
	return explained(a.group("keys", "List, rotate and revoke the signing keys", a.keysList(), a.keysRotate(), a.keysRevoke()),
		`List, rotate and revoke the signing keys: the pairs by which applications know that
a token is from here. They are made and rotated by themselves; rotating by hand is
for drills, and revoking for a key that somebody else may know.`,
		`  gatehouse keys list
  gatehouse keys rotate --alg ES256`)
}

func (a *app) printKeys(list []keys.Key) error {
	shown := make([]wire.Key, len(list))
	for i, k := range list {
		shown[i] = wire.OfKey(k)
	}
	return a.print(shown, func(w io.Writer) {
		row(w, "KEY ID", "ALGORITHM", "STATE", "CREATED", "SIGNS FROM", "UNTIL")
		for _, k := range list {
			row(w, k.ID, k.Algorithm, string(k.State), moment(k.Created), moment(k.SignsFrom), moment(k.Until))
		}
	})
}

func (a *app) keysList() *cobra.Command {
	var all bool
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List the signing keys",
		Long: `List the keys that tokens are signed with. A key is announced (published, does
not sign yet), then signing, then retiring (published until the last token that it
signed is over), then retired.`,
		Example: `  gatehouse keys list
  gatehouse keys list --all --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				list, err := h.Keys.List(ctx, all)
				if err != nil {
					return err
				}
				return a.printKeys(list)
			})
		}),
	})
	cmd.Flags().BoolVar(&all, "all", false, "the retired ones too")
	return cmd
}

func (a *app) keysRotate() *cobra.Command {
	var algorithms []string
	var immediate bool
	cmd := a.printing(&cobra.Command{
		Use:   "rotate",
		Short: "Bring in the next signing key ahead of time",
		Long: `Bring in the next signing key of every algorithm in use, or of those that
--alg names. It is announced in the key set first and signs after keys.announce.
With --immediate it signs at once. Who has the key set in a cache then refuses
tokens until it is read again. The old key stays published: one that somebody
else may know is ended by "keys revoke".`,
		Example: `  gatehouse keys rotate
  gatehouse keys rotate --alg ES256 --immediate`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			for _, alg := range algorithms {
				if !slices.Contains(keyAlgorithms, alg) {
					return usagef("--alg %q is none of %s", brief(alg), strings.Join(keyAlgorithms, ", "))
				}
			}
			return a.withHouse(ctx, func(h *house.House) error {
				return a.rotateKeys(ctx, h, algorithms, immediate)
			})
		}),
	})
	cmd.Flags().StringArrayVar(&algorithms, "alg", nil, "only this `algorithm`: ES256, RS256 or EdDSA; may be repeated")
	cmd.Flags().BoolVar(&immediate, "immediate", false, "sign with the new key at once")
	choosing(cmd, "alg", keyAlgorithms...)
	return cmd
}

func (a *app) rotateKeys(ctx context.Context, h *house.House, algorithms []string, immediate bool) error {
	if len(algorithms) == 0 {
		list, err := h.Keys.List(ctx, false)
		if err != nil {
			return err
		}
		algorithms = inUse(list)
	}
	if _, err := h.Clock.Now(ctx); err != nil {
		return fmt.Errorf("rotate the keys: %w", err)
	}
	for _, alg := range algorithms {
		if err := h.Keys.Rotate(ctx, operator(), alg, immediate); err != nil {
			return err
		}
	}
	list, err := h.Keys.List(ctx, false)
	if err != nil {
		return err
	}
	return a.printKeys(list)
}

func (a *app) keysRevoke() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "revoke KEY_ID",
		Short: "End a signing key that somebody else may know",
		Long: `End a signing key that somebody else may know: its private half is deleted, it
is published no more, and within a second Gatehouse refuses whatever it signed.
When it is the one that signs, the next key takes over at once. People and their
refresh tokens are not affected. Applications that verify tokens by themselves
accept those of the old key until they read the key set again. Write -- before
the id: one in sixty-four begins with a hyphen.`,
		Example: `  gatehouse keys revoke -- 3q2-7wXYZ
  gatehouse keys revoke --yes -- 3q2-7wXYZ`,
		Args: one(aKey),
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				if err := knownKey(ctx, h, args[0]); err != nil {
					return err
				}
				if err := a.confirm(ctx, "End the signing key "+args[0]+" and all that it signed"); err != nil {
					return err
				}
				if err := h.Keys.Revoke(ctx, operator(), args[0], h.OAuth); err != nil {
					return missing(err, args[0])
				}
				list, err := h.Keys.List(ctx, false)
				if err != nil {
					return err
				}
				return a.printKeys(list)
			})
		}),
	})), signingKeys)
}

// knownKey refuses a key that is not there or can be revoked no more, before
// anybody is asked about it.
func knownKey(ctx context.Context, h *house.House, name string) error {
	list, err := h.Keys.List(ctx, false)
	if err != nil || slices.ContainsFunc(list, func(k keys.Key) bool { return k.ID == name }) {
		return err
	}
	return missing(fault.New(fault.NotFound, "key.not_found", "There is no such signing key, or it is retired already."), name)
}

// keyAlgorithms are those that keys can be made for.
var keyAlgorithms = []string{keys.ES256, keys.RS256, keys.EdDSA}

// inUse returns the algorithms that have a key that signs.
func inUse(list []keys.Key) []string {
	var algorithms []string
	for _, k := range list {
		if k.State == keys.Signing && !slices.Contains(algorithms, k.Algorithm) {
			algorithms = append(algorithms, k.Algorithm)
		}
	}
	return algorithms
}
