package oauth

import "slices"

var errTarget = refuse(InvalidTarget, "The client may not have a token for one of the resources.")

// MeantFor are the audiences that the client's access tokens may have: those
// registered for it, and the issuer where none is.
func (c *Client) MeantFor(issuer string) []string {
	if len(c.Audiences) == 0 {
		return []string{issuer}
	}
	return c.Audiences
}

// Targets are those of the audiences that the resource parameters name (RFC 8707
// section 2): all of them where none is named. One that is not among them is
// refused, since a token for less or for something else is not what was asked.
func Targets(audiences, resources []string) ([]string, *Refusal) {
	if len(resources) == 0 {
		return audiences, nil
	}
	if !covers(audiences, resources) {
		return nil, errTarget
	}
	return slices.DeleteFunc(slices.Clone(audiences), func(a string) bool { return !slices.Contains(resources, a) }), nil
}
