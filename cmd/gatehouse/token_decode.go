package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) tokenDecode() *cobra.Command {
	var file string
	cmd := a.printing(&cobra.Command{
		Use:   "decode [--file FILE]",
		Short: "Print what a token says, and whether its signature is ours",
		Long: `Print what a JWT says: an access token, an ID token, or another one. Moments are
printed for people, too. Where there is a Gatehouse here, the signature is checked
against its keys; that says who wrote the token, not that it is still good: it may
have expired or been revoked.`,
		Example: `  gatehouse token decode --file token.txt
  gatehouse token decode --file token.txt --json`,
		Args: withoutTokens,
	})
	cmd.Flags().StringVar(&file, "file", "-", "the `file` with the token, - for standard input")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		token, err := a.tokenFrom(file)
		if err != nil {
			return err
		}
		decoded, err := decodeToken(token)
		if err != nil {
			return err
		}
		decoded.Signature, decoded.Why = a.signature(ctx, token)
		return a.print(decoded, func(w io.Writer) { tellToken(w, decoded, time.Now()) })
	})
	return cmd
}

// decodeToken reads a compact JWS without looking at its signature.
func decodeToken(token string) (wire.DecodedToken, error) {
	if strings.HasPrefix(token, oauth.RefreshPrefix) {
		return wire.DecodedToken{}, failed("token.opaque", "this is a refresh token of Gatehouse: it says nothing to who reads it")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return wire.DecodedToken{}, failed("token.form", "this is no signed JWT, which has three parts with a dot between each")
	}
	header, err := object(parts[0])
	if err != nil {
		return wire.DecodedToken{}, failed("token.form", "the header of this token %w", err)
	}
	payload, err := object(parts[1])
	if err != nil {
		return wire.DecodedToken{}, failed("token.form", "the payload of this token %w", err)
	}
	return wire.DecodedToken{Header: header, Payload: payload}, nil
}

// object decodes a part of a token. Numbers stay as they are written.
func object(part string) (map[string]any, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	if err != nil {
		return nil, errors.New("is not base64url")
	}
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&members) != nil || members == nil {
		return nil, errors.New("is not a JSON object")
	}
	return members, nil
}

// signature says what the keys of the house that is here say about the token.
func (a *app) signature(ctx context.Context, token string) (verdict, why string) {
	err := a.withHouse(ctx, func(h *house.House) error {
		_, header, err := h.Keys.VerifyHint(token)
		switch {
		case err == nil:
			verdict, why = wire.SignatureGood, "by the key "+header.KeyID
		case errors.Is(err, keys.ErrForeign):
			verdict, why = wire.SignatureUnchecked, "no key of this Gatehouse is named to have signed it"
		default:
			verdict, why = wire.SignatureBad, "the key that it names did not sign it"
		}
		return nil
	})
	if err != nil {
		return wire.SignatureUnchecked, describe(err).Detail
	}
	return verdict, why
}

// moments are the claims that are a number of seconds since 1970.
var moments = []string{"exp", "iat", "nbf", "auth_time", "updated_at"}

func tellToken(w io.Writer, t wire.DecodedToken, now time.Time) {
	row(w, "signature", t.Signature+": "+t.Why)
	for _, part := range []struct {
		name    string
		members map[string]any
	}{{"header", t.Header}, {"payload", t.Payload}} {
		for _, name := range slices.Sorted(maps.Keys(part.members)) {
			row(w, part.name, name, claimSaid(name, part.members[name], now))
		}
	}
}

// claimSaid is a value on one line, and a moment as people tell it.
func claimSaid(name string, value any, now time.Time) string {
	if s, ok := value.(string); ok {
		return s
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	n, isNumber := value.(json.Number)
	seconds, err := n.Int64()
	if !isNumber || err != nil || !slices.Contains(moments, name) {
		return string(text)
	}
	at := time.Unix(seconds, 0)
	if year := at.UTC().Year(); year < 1970 || year > 9999 {
		return string(text)
	}
	return fmt.Sprintf("%s  %s (%s)", text, moment(at), distance(at, now))
}

func distance(at, now time.Time) string {
	if at.After(now) {
		return fmt.Sprintf("in %s", at.Sub(now).Round(time.Second))
	}
	return fmt.Sprintf("%s ago", now.Sub(at).Truncate(time.Second))
}
