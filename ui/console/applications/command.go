package applications

import (
	"cmp"
	"strings"

	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
)

// flag is one of `gatehouse client update`.
type flag struct {
	name string
	file bool   // it takes the content from a file
	off  bool   // it sets the opposite of the input
	none string // its value where the input has none
}

// flags set what the inputs set.
var flags = map[string]flag{
	"client_name": {name: "name"}, "client_uri": {name: "home-url"}, "redirect_uris": {name: "redirect-uri"},
	"post_logout_redirect_uris": {name: "post-logout-redirect-uri"}, "scope": {name: "scope"}, "audiences": {name: "audience"},

	"token_endpoint_auth_method": {name: "auth-method"}, "jwks": {name: "jwks-file", file: true}, "pkce": {name: "pkce"},
	"grant_types": {name: "grant"}, "require_acr": {name: "require-acr"}, "require_roles": {name: "require-role"},
	"require_groups": {name: "require-group"}, "consent": {name: "no-consent", off: true}, "any_localhost_port": {name: "any-localhost-port"},

	"access_token_ttl": {name: "access-token-ttl", none: "0"}, "refresh_idle": {name: "refresh-idle", none: "0"},
	"refresh_absolute": {name: "refresh-absolute", none: "0"}, "refresh": {name: "refresh"}, "id_token_claims": {name: "id-token-claims"},
	"introspect": {name: "introspect"}, "permissions": {name: "permissions"}, "id_token_signed_response_alg": {name: "id-token-alg"},
	"access_token_signed_response_alg": {name: "access-token-alg"}, "userinfo_signed_response_alg": {name: "userinfo-alg"},
	"access_token_type": {name: "access-token-type"},

	"roles.claim": {name: "roles-claim"}, "roles.format": {name: "roles-format"}, "roles.prefix": {name: "roles-prefix"},
	"roles.filter": {name: "roles-filter"}, "groups.claim": {name: "groups-claim"}, "groups.format": {name: "groups-format"},
	"groups.prefix": {name: "groups-prefix"}, "groups.filter": {name: "groups-filter"}, "claims": {name: "claim"},
}

// same connects what the form asks for, with words in the place of what is not typed yet.
func (p newPage) same() string {
	value := map[string]string{}
	for _, in := range p.sheet.inputs {
		value[in.name] = in.get(&p.Begun)
	}
	lines := func(name string) []string { return list([]string{value[name]}).([]string) }
	redirects, scopes := lines("redirect_uris"), strings.Fields(value["scope"])
	home := ""
	if len(redirects) > 0 {
		home = originOf(redirects[0])
	}
	if p.Guide != "" {
		return guard.Run("client", "create").With("for", p.Guide).Typed("home-url", home, "ADDRESS").String()
	}
	line := guard.Run("client", "create").Typed("name", value["client_name"], "NAME")
	switch {
	case p.Kind == oauth.KindMachine:
		line.With("grant", oauth.GrantClient)
	case len(redirects) == 0:
		line.With("redirect-uri", "ADDRESS")
	}
	line.With("redirect-uri", redirects...).If("home-url", home).With("post-logout-redirect-uri", lines("post_logout_redirect_uris")...)
	if p.Kind == oauth.KindBrowser || p.Kind == oauth.KindNative {
		line.With("auth-method", oauth.AuthNone)
	}
	if value["refresh"] != "" {
		line.With("grant", oauth.GrantCode, oauth.GrantRefresh)
		scopes = append(scopes, oauth.ScopeOffline)
	}
	line.With("scope", scopes...).With("audience", strings.Fields(value["audiences"])...)
	return line.With("require-role", lines("require_roles")...).With("require-group", lines("require_groups")...).String()
}

// command sets everything that the form holds.
func (p settingsPage) command() string {
	line := []string{"client", "update", string(p.Client.ID)}
	untold := "" // the members of what the application is not told follow its claim
	for _, in := range p.shown() {
		if untold != "" && strings.HasPrefix(in.name, untold) {
			continue
		}
		value := in.get(&p.Client)
		line = append(line, in.flags(value)...)
		if of, claim := strings.CutSuffix(in.name, "claim"); claim && value == "" {
			untold = of
		}
	}
	return guard.Command(line...)
}

// flags set the input to a value.
func (in input) flags(value string) (line []string) {
	is := flags[in.name]
	name := "--" + is.name
	switch {
	case is.file && value != "":
		return []string{name, "FILE"}
	case in.name == "jwks": // keys are replaced, and never taken away
		return nil
	case in.kind == part.Tick && (value != "") == is.off:
		return []string{name + "=false"}
	case in.kind == part.Tick:
		return []string{name}
	}
	for _, one := range in.entries(value) {
		if one = cmp.Or(one, is.none); strings.HasPrefix(one, "-") { // no flag of its own
			line = append(line, name+"="+one)
			continue
		}
		line = append(line, name, one)
	}
	return line
}

// entries are those of an input that holds several, and otherwise its value: at least one.
func (in input) entries(value string) []string {
	var all []string
	switch in.kind {
	case part.Ticks:
		all = strings.Fields(value)
	case part.Area:
		all, _ = list([]string{value}).([]string)
	default:
		all = []string{value}
	}
	if len(all) == 0 {
		return []string{""}
	}
	return all
}
