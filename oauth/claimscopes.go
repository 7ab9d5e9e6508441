package oauth

import "slices"

// scopeOfClaim is the scope that a standard claim belongs to (OpenID Connect
// Core 5.4).
func scopeOfClaim(claim string) string {
	switch claim {
	case "email", "email_verified":
		return "email"
	case "phone_number", "phone_number_verified":
		return "phone"
	case "address":
		return "address"
	}
	return "profile"
}

// permitted keeps the claims that could also be asked for by one of the scopes:
// to ask one by one, with the `claims` parameter, is no way around a client's
// settings, a person's word or a ceiling.
func permitted(scopes, claims []string) []string {
	var keep []string
	for _, claim := range claims {
		if slices.Contains(scopes, scopeOfClaim(claim)) {
			keep = append(keep, claim)
		}
	}
	return keep
}

// ConsentScopes are what the person is asked to allow: the scopes of the
// request, and those of the claims that it asks for one by one.
func ConsentScopes(c *Client, scopes []string, asked ClaimsRequest) []string {
	all := slices.Clip(scopes)
	for _, claim := range permitted(c.Scopes, append(asked.idToken(), asked.userinfo()...)) {
		if scope := scopeOfClaim(claim); !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	return all
}
