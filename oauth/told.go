package oauth

import (
	"slices"
)

// Told is what ID tokens and userinfo tell a client of people besides the standard
// claims. Each name of a claim is a path: "realm_access.roles" is the member roles of
// the object realm_access. One with a colon or a slash, as a URL has, is no path.
type Told struct {
	Roles, Groups Listing
	// Claims are written "NAME=SOURCE"; see ParseSource.
	Claims []string
}

// Listing says how roles, or groups, are told.
type Listing struct {
	Claim  string   // "": they are not told
	Format string   // one of the Format constants; "" is FormatList
	Prefix string   // stands before each
	Only   []string // those that match one of these, in which * is any text; none: all
}

// The formats of a Listing.
const (
	FormatList   = "list"   // ["a", "b"]
	FormatString = "string" // "a b"
	FormatObject = "object" // {"a": true, "b": true}
)

// Bounds of what is told. An ID token travels in headers and addresses.
const (
	maxPath     = 128     // bytes of a claim's name
	maxNested   = 4       // objects within one another
	maxMapped   = 20      // claims by mapping
	maxPrefix   = 128     // bytes
	maxSource   = 512     // bytes
	MaxListed   = 200     // roles, or groups
	MaxToldSize = 2 << 10 // bytes in JSON, of one listing, and of all mapped claims together
)

// Empty reports whether nothing is told.
func (t *Told) Empty() bool { return t.Roles.Claim == "" && t.Groups.Claim == "" && len(t.Claims) == 0 }

// asksAssignments reports whether roles or groups are needed to tell it.
func (t *Told) asksAssignments() bool {
	return t.Roles.Claim != "" || t.Groups.Claim != "" || slices.ContainsFunc(t.mappings(), func(m mapping) bool { return m.source.Kind.assigned() })
}

// wanted are the person's claims that mappings need, as far as scopes let them be told:
// what a person said of themselves is not told round their word. Attributes are the
// house's own knowledge.
func (t *Told) wanted(scopes []string) []string {
	var names []string
	for _, m := range t.mappings() {
		name := m.source.Name
		if m.source.Kind != FromClaim || slices.Contains(StandardClaims, name) && !slices.Contains(scopes, scopeOfClaim(name)) {
			continue
		}
		names = append(names, name)
	}
	return names
}
