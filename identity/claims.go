package identity

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/fault"
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

// ClaimsFromMap reads standard claims from a decoded JSON object: the user it
// returns has Email, EmailVerified, Name and Claims, as far as m names them.
// Members that are unknown, of the wrong type, or not ours to choose (sub,
// updated_at) are errors ("user.claims", Invalid); values are checked when the
// user is stored.
func ClaimsFromMap(m map[string]any) (User, error) {
	var u User
	r := claimReader{texts: u.Claims.texts()}
	r.texts = append(r.texts, claim{name: "email", value: &u.Email}, claim{name: "name", value: &u.Name})
	r.bools = map[string]*bool{"email_verified": &u.EmailVerified, "phone_number_verified": &u.Claims.PhoneNumberVerified}
	r.read("", m)
	if r.bad != nil {
		slices.SortFunc(r.bad, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
		return User{}, &fault.Error{Kind: fault.Invalid, Code: "user.claims", Detail: "Some of these are not standard claims.", Fields: r.bad}
	}
	return u, nil
}

type claimReader struct {
	texts []claim
	bools map[string]*bool
	bad   []fault.Field
}

func (r *claimReader) read(prefix string, m map[string]any) {
	for name, value := range m {
		if problem := r.set(prefix, prefix+name, value); problem != "" {
			r.bad = append(r.bad, fault.Field{Name: prefix + name, Problem: problem})
		}
	}
}

// set puts the value of the member whose full name is name where it belongs.
func (r *claimReader) set(prefix, name string, value any) string {
	if name == "sub" || name == "updated_at" {
		return "is set by Gatehouse"
	}
	if name == "address" {
		members, ok := value.(map[string]any)
		if !ok {
			return "must be an object"
		}
		r.read("address.", members)
		return ""
	}
	if target := r.bools[name]; target != nil {
		b, ok := value.(bool)
		if !ok {
			return "must be true or false"
		}
		*target = b
		return ""
	}
	i := slices.IndexFunc(r.texts, func(f claim) bool { return f.name == name })
	if i < 0 || prefix == "" && strings.Contains(name, ".") {
		return "is not a standard claim"
	}
	text, ok := value.(string)
	if !ok {
		return fmt.Sprintf("must be a text, not %T", value)
	}
	*r.texts[i].value = text
	return ""
}
