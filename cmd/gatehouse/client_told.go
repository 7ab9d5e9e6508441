package main

import (
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/oauth"
)

// listingFlags say how an application is told of roles, or of groups.
type listingFlags struct {
	claim, format, prefix string
	only                  []string
}

func (f *listingFlags) bind(cmd *cobra.Command, of string) {
	flags := cmd.Flags()
	flags.StringVar(&f.claim, of+"-claim", "", "tell it the "+of+" of people in this claim, a `name`; dots nest it, and \"\" tells them no more")
	flags.StringVar(&f.format, of+"-format", oauth.FormatList, "the `form` of that claim: list, string (separated by spaces) or object")
	flags.StringVar(&f.prefix, of+"-prefix", "", "what stands before each of the "+of+", a `text`")
	flags.StringArrayVar(&f.only, of+"-filter", nil, "tell those "+of+" alone that match the `pattern`, in which * is any text; may be repeated")
}

func (f *listingFlags) apply(changed func(string) bool, of string, l *oauth.Listing) {
	if changed(of+"-claim") && f.claim == "" {
		*l = oauth.Listing{}
	}
	for name, v := range map[string]struct{ to, from *string }{
		"claim": {&l.Claim, &f.claim}, "format": {&l.Format, &f.format}, "prefix": {&l.Prefix, &f.prefix},
	} {
		if changed(of + "-" + name) {
			*v.to = *v.from
		}
	}
}

// listingSaid is one line about how roles or groups are told.
func listingSaid(l oauth.Listing) string {
	if l.Claim == "" {
		return or("", "not told")
	}
	said := l.Claim + ", as a " + formatOf(l)
	if l.Format == oauth.FormatObject {
		said = l.Claim + ", as an object"
	}
	if l.Prefix != "" {
		said += ", each after " + l.Prefix
	}
	if len(l.Only) > 0 {
		said += ", only " + strings.Join(l.Only, " ")
	}
	return said
}

func formatOf(l oauth.Listing) string {
	if l.Format == "" {
		return oauth.FormatList
	}
	return l.Format
}

// rolesNamed are the ids of the roles that somebody calls so.
func rolesNamed(names []string) []string {
	var ids []string
	for _, name := range names {
		ids = append(ids, access.RoleNamed(name))
	}
	return ids
}
