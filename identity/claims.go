package identity

import (
	"slices"
	"strings"
)

// claim is one standard claim that is text, by its name in OpenID Connect Core 5.1.
type claim struct {
	name    string
	scope   string
	value   *string
	problem func(string) string
}

// texts lists the claims of c that are text; the members of the address are
// named "address.…".
func (c *Claims) texts() []claim {
	a := &c.Address
	return []claim{
		{"given_name", "profile", &c.GivenName, lineProblem},
		{"family_name", "profile", &c.FamilyName, lineProblem},
		{"middle_name", "profile", &c.MiddleName, lineProblem},
		{"nickname", "profile", &c.Nickname, lineProblem},
		{"preferred_username", "profile", &c.PreferredUsername, lineProblem},
		{"profile", "profile", &c.Profile, urlProblem},
		{"picture", "profile", &c.Picture, urlProblem},
		{"website", "profile", &c.Website, urlProblem},
		{"gender", "profile", &c.Gender, lineProblem},
		{"birthdate", "profile", &c.Birthdate, birthdateProblem},
		{"zoneinfo", "profile", &c.Zoneinfo, patternProblem(zonePattern, "Europe/Berlin")},
		{"locale", "profile", &c.Locale, patternProblem(localePattern, "de-DE")},
		{"phone_number", "phone", &c.PhoneNumber, patternProblem(phonePattern, "+49 30 1234567")},
		{"address.formatted", "address", &a.Formatted, blockProblem},
		{"address.street_address", "address", &a.StreetAddress, blockProblem},
		{"address.locality", "address", &a.Locality, lineProblem},
		{"address.region", "address", &a.Region, lineProblem},
		{"address.postal_code", "address", &a.PostalCode, lineProblem},
		{"address.country", "address", &a.Country, lineProblem},
	}
}

// StandardClaims returns the claims that scopes ask for (OpenID Connect Core
// 5.4) without sub; empty ones are left out. updated_at is a number of seconds,
// address an object.
func (u User) StandardClaims(scopes []string) map[string]any {
	out := make(map[string]any)
	address := make(map[string]any)
	for _, f := range u.Claims.texts() {
		if *f.value == "" || !slices.Contains(scopes, f.scope) {
			continue
		}
		if member, ok := strings.CutPrefix(f.name, "address."); ok {
			address[member] = *f.value
		} else {
			out[f.name] = *f.value
		}
	}
	if len(address) > 0 {
		out["address"] = address
	}
	if slices.Contains(scopes, "profile") {
		if u.Name != "" {
			out["name"] = u.Name
		}
		if !u.Updated.IsZero() {
			out["updated_at"] = u.Updated.Unix()
		}
	}
	if slices.Contains(scopes, "email") && u.Email != "" {
		out["email"], out["email_verified"] = u.Email, u.EmailVerified
	}
	if out["phone_number"] != nil {
		out["phone_number_verified"] = u.Claims.PhoneNumberVerified
	}
	return out
}
