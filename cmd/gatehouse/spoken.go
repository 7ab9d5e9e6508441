package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/fault"
)

// spoken says which flag a field is, as the person typed it, and with which
// value; a field that no flag stands for is "".
type spoken func(field string) (flag, value string)

// spokenError is an error whose fields are told as flags: a service speaks of
// "redirect_uris[0]", and who sits at the command line typed --redirect-uri.
type spokenError struct {
	error
	say spoken
}

func (e *spokenError) Unwrap() error { return e.error }

// inFlags returns err with the fields that it complains about told as flags.
func inFlags(err error, say spoken) error {
	if _, ok := errors.AsType[*fault.Error](err); !ok {
		return err
	}
	return &spokenError{err, say}
}

// asTyped is say for a command that changes lists by flags such as --add-parent and
// --remove-parent: the one of them is told that was typed, or else the one that helps.
func asTyped(cmd *cobra.Command, say spoken) spoken {
	return func(field string) (flag, value string) {
		flag, value = say(field)
		name, flags := strings.TrimPrefix(flag, "--"), cmd.Flags()
		if flags.Changed(name) || flags.Lookup("add-"+name) == nil {
			return flag, value
		}
		typed, _ := flags.GetStringArray("add-" + name) // no flag of that name is of another kind
		switch {
		case flags.Changed("remove-"+name) && !(value != "" && slices.Contains(typed, value)):
			return "--remove-" + name, value
		case len(typed) > 0 || flags.Lookup(name) == nil:
			return "--add-" + name, value
		}
		return flag, value
	}
}

// userFlag is the flag of what identity calls a person's field. Claims have no
// flags of their own: they stand in the file of --claims-file.
func userFlag(name string) (flag, value string) {
	switch name {
	case "email", "name":
		return "--" + name, ""
	case "password":
		return "the password", ""
	}
	if attribute, ok := strings.CutPrefix(name, "attributes."); ok {
		return "--attribute", attribute
	}
	return "--claims-file", name
}

// clientFlagOf is the flag of what oauth calls a client's field.
var clientFlagOf = map[string]string{
	"id": "--id", "name": "--name", "home_url": "--home-url", "auth_method": "--auth-method", "jwks": "--jwks-file", "logo": "--logo",
	"redirect_uris": "--redirect-uri", "post_logout_redirect_uris": "--post-logout-redirect-uri",
	"grant_types": "--grant", "scopes": "--scope", "audiences": "--audience",
	"pkce": "--pkce", "refresh": "--refresh", "introspect": "--introspect", "require_acr": "--require-acr",
	"roles_claim": "--roles-claim", "roles_format": "--roles-format", "roles_prefix": "--roles-prefix", "roles_filter": "--roles-filter",
	"groups_claim": "--groups-claim", "groups_format": "--groups-format", "groups_prefix": "--groups-prefix", "groups_filter": "--groups-filter",
	"claims":        "--claim",
	"require_roles": "--require-role", "require_groups": "--require-group",
	"access_token_ttl": "--access-token-ttl", "refresh_idle": "--refresh-idle", "refresh_absolute": "--refresh-absolute",
	"id_token_alg": "--id-token-alg", "userinfo_alg": "--userinfo-alg", "access_token_alg": "--access-token-alg",
	"access_token_type": "--access-token-type", "permissions": "--permissions",
}

// cutIndex takes "redirect_uris[2]" apart; a name without an index has -1.
func cutIndex(field string) (name string, index int) {
	name, rest, ok := strings.Cut(field, "[")
	if !ok {
		return field, -1
	}
	for _, c := range strings.TrimSuffix(rest, "]") {
		if c < '0' || c > '9' {
			return name, -1
		}
		index = index*10 + int(c-'0')
	}
	return name, index
}

// brief is text that somebody typed, short enough to be repeated.
func brief(s string) string {
	if r := []rune(s); len(r) > mostNamed {
		return string(r[:mostNamed]) + "…"
	}
	return s
}
