package gate

import (
	"slices"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/proof"
)

// RequiresSpec is what a caller must have proved, besides what the policy asks for.
type RequiresSpec struct {
	ACR    string   `json:"acr,omitempty"`     // aal1 or aal2
	AMR    []string `json:"amr,omitempty"`     // pwd, otp, mfa: each of these
	MaxAge string   `json:"max_age,omitempty"` // since they signed in
	Member bool     `json:"member,omitempty"`  // of authorize.organisation
}

// IsZero reports whether nothing is asked for.
func (s RequiresSpec) IsZero() bool {
	return s.ACR == "" && len(s.AMR) == 0 && s.MaxAge == "" && !s.Member
}

// Requires is a compiled RequiresSpec. It binds people; of services and clients only
// Member asks something.
type Requires struct {
	Level  proof.Level
	AMR    []string
	MaxAge time.Duration
	Member bool
}

// Condition is an expression that must hold. What it says is for whoever made it to know:
// the gate keeps it, and asks nothing.
type Condition interface{ String() string }

// maxSignedIn bounds how old a sign-in may be asked to be.
const maxSignedIn = 365 * 24 * time.Hour

// methods are what people can prove themselves by, as the amr claim has it.
var methods = []string{string(proof.Password), string(proof.OTP), "mfa"}

func (c *compiler) requires(r *Route, spec *AuthorizeSpec) {
	var err error
	s := &spec.Requires
	if r.Requires.Level, err = proof.ParseLevel(s.ACR); err != nil {
		c.problem("spec.authorize.requires.acr", "must be aal1 or aal2")
	}
	for _, method := range s.AMR {
		if !slices.Contains(methods, method) {
			c.problem("spec.authorize.requires.amr", "has %q; there are %s", method, strings.Join(methods, ", "))
		}
	}
	r.Requires.AMR, r.Requires.Member = s.AMR, s.Member
	if s.MaxAge != "" {
		r.Requires.MaxAge = c.duration("spec.authorize.requires.max_age", s.MaxAge, 0, maxSignedIn)
	}
	if s.Member && r.Org.IsZero() {
		c.problem("spec.authorize.requires.member", "is true, and spec.authorize.organisation says of none")
	}
	if r.Filter && (!s.IsZero() || spec.Condition != "") {
		c.problem("spec.authorize.resource.filter", "is there beside requires or condition, which ask about one thing")
	}
	if r.Public && (!s.IsZero() || spec.Condition != "") {
		c.problem("spec.authorize", "is there, and spec.public is true; a public route asks nobody anything")
	}
	if spec.Condition != "" {
		c.condition(r, spec.Condition)
	}
}

func (c *compiler) condition(r *Route, text string) {
	if c.Conditions == nil {
		c.problem("spec.authorize.condition", "is there, and nobody here can read it")
		return
	}
	read, err := c.Conditions(text)
	if err != nil {
		c.problem("spec.authorize.condition", "%s", said(err))
		return
	}
	r.Condition = read
}

// said is what is wrong, in the words of whoever found it.
func said(err error) string {
	f, ok := err.(*fault.Error) //nolint:errorlint // it is made right there
	switch {
	case !ok:
		return err.Error()
	case len(f.Fields) > 0:
		return f.Fields[0].Problem
	}
	return strings.TrimSuffix(f.Detail, ".")
}
