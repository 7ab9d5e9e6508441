package identity

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of a person's attributes.
const (
	maxAttributes     = 20
	maxAttributeName  = 64  // bytes
	maxAttributeValue = 200 // characters
)

// known are the claims that a person has otherwise.
var known = []string{
	"sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
	"gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "phone_number", "phone_number_verified", "address",
}

// attributesProblem says what is wrong with the attributes as a whole.
func attributesProblem(all map[string]string) string {
	if len(all) > maxAttributes {
		return fmt.Sprintf("are more than %d", maxAttributes)
	}
	return ""
}

// attributeProblem says what is wrong with one of them.
func attributeProblem(name, value string) string {
	switch {
	case name == "" || len(name) > maxAttributeName || name[0] < 'a' || name[0] > 'z' || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return fmt.Sprintf("has a name that is not a small letter and then at most %d small letters, digits and _", maxAttributeName-1)
	case slices.Contains(known, name):
		return "is a standard claim"
	case value == "":
		return "is empty"
	}
	return textProblem(value, maxAttributeValue)
}
