package proof

// MFA is the policy about second factors: who must have one.
type MFA string

// The policies.
const (
	MFAAdministrators MFA = "administrators"
	MFAEverybody      MFA = "everybody"
	MFANobody         MFA = "nobody"
)

// Subject is what a policy looks at of a person, as they are now.
type Subject struct {
	Administrator bool
	Second        bool // has a confirmed second factor
}

// Least is the level at which the person must be proved, where asked are the levels
// that others want. A sign-in, the account area, and whatever is given later on the
// ground of a sign-in ask it alike. A person with a second factor always uses it. A
// policy that nobody knows is the strictest.
func (m MFA) Least(who Subject, asked ...Level) Level {
	least := AAL1
	for _, l := range asked {
		least = max(least, l)
	}
	switch {
	case who.Second:
		return max(least, AAL2)
	case m == MFANobody, m == MFAAdministrators && !who.Administrator:
		return least
	}
	return max(least, AAL2)
}
