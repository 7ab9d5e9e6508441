package oauth

import (
	"slices"
	"strings"
)

// reserved reports whether the claim, in capitals or not, is one that tokens mean
// something by, and people's names and groups are not: many programs read members of
// JSON without regard to case, and the last of two that look alike.
func reserved(claim string) bool { return contains(reservedClaims, claim) }

var reservedClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "typ", "active", "token_type", "client_id", "scope",
	"auth_time", "nonce", "acr", "amr", "azp", "sid", "pv", "azn", "uic",
	"at_hash", "c_hash", "s_hash", "sub_jwk", "sub_id", "cnf", "act", "may_act", "events", "txn", "toe", "vot", "vtm",
	"authorization_details", "permissions", "permissions_own", "permissions_filtered", "_claim_names", "_claim_sources",
}

// unmappable reports whether a mapping must not make the claim, though something else
// of Gatehouse does. What an application knows somebody again by is never made up, and
// what one may do there is told by a Listing alone.
func unmappable(claim string) bool {
	return contains([]string{"roles", "groups", "entitlements", "email", "email_verified", "phone_number", "phone_number_verified", "address", "updated_at"}, claim)
}

func contains(list []string, name string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, name) })
}

// isAttribute reports whether name could be that of an attribute of a person.
func isAttribute(name string) bool {
	return name != "" && len(name) <= 64 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
