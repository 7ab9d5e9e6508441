package foreign

import (
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"

	"gatehouse/gate"
)

// claims is what is looked at of a token, or of what its issuer says of it.
type claims struct {
	Active       *bool           `json:"active"`
	TokenType    *string         `json:"token_type"`
	Issuer       *string         `json:"iss"`
	Subject      string          `json:"sub"`
	Audience     audience        `json:"aud"`
	Issued       moment          `json:"iat"`
	NotBefore    moment          `json:"nbf"`
	Expires      moment          `json:"exp"`
	Confirmation json.RawMessage `json:"cnf"`

	all map[string]any
}

// audience is one text or several (RFC 7519 section 4.1.3).
type audience []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	var several []string
	if err := json.Unmarshal(b, &several); err != nil {
		return errors.New("aud is neither a text nor a list of it")
	}
	*a = several
	return nil
}

// moment is a NumericDate (RFC 7519 section 2), the zero time where it is not there, or null.
// 0 is the beginning of 1970, as some issuers write where they have no date: what was issued
// then, or counts from then on, does so today, and what ended then is over.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	const most = 1 << 40 // some 35,000 years
	if seconds < 0 || seconds > most || math.IsNaN(seconds) {
		return errors.New("a date that is none")
	}
	m.Time = time.Unix(int64(seconds), 0)
	return nil
}

// readClaims reads them strictly: no name is there twice, and none in other letters.
func readClaims(text []byte) (c claims, err error) {
	if err := json.Unmarshal(text, &c); err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c.all)
}

// claims reads what a token of the issuer's says. Whether its time has come and is not over
// is asked at every use.
func (i *issuer) claims(payload []byte) (*signed, error) {
	c, err := readClaims(payload)
	if err != nil {
		return nil, bad("the claims are not those of a token")
	}
	switch {
	case c.Issuer == nil || *c.Issuer != i.Issuer.Issuer:
		return nil, bad("of another issuer")
	case c.Expires.IsZero():
		return nil, dead("it never ends")
	}
	t := &signed{Token: Token{Subject: c.Subject, Until: c.Expires.Add(leeway)}}
	if !c.NotBefore.IsZero() {
		t.notBefore = c.NotBefore.Add(-leeway)
	}
	t.Service, err = i.holder(&c, time.Now())
	return t, err
}

// holder is the service account that whoever holds a token acts as.
func (i *issuer) holder(c *claims, now time.Time) (string, error) {
	switch {
	case c.Subject == "":
		return "", dead("it says of nobody")
	case c.isOther():
		return "", dead("no access token")
	case !slices.ContainsFunc(c.Audience, func(aud string) bool { return slices.Contains(i.Audiences, aud) }):
		return "", dead("for somebody else")
	case c.Issued.After(now.Add(leeway)):
		return "", dead("it was issued later than now")
	case len(c.Confirmation) > 0:
		// It is good only with a proof of possession (RFC 8705, 9449), which nobody checks
		// here: taking it would undo that.
		return "", dead("bound to a key that was not proved")
	}
	at := slices.IndexFunc(i.Callers, func(rule gate.IssuerCallerSpec) bool { return c.has(rule.Claims) })
	if at < 0 {
		return "", dead("no rule says as whom it acts")
	}
	return i.Callers[at].Service, nil
}

// others are what issuers call the tokens that are none for access.
var others = []string{"refresh", "refresh_token", "offline", "id", "id_token"}

// isOther reports whether the issuer says that the token is another one than for access. There
// is no standard for that: some say so in token_use and some in typ, and call all of their
// tokens a bearer's.
func (c *claims) isOther() bool {
	return slices.ContainsFunc(append(c.texts("token_use"), c.texts("typ")...), func(said string) bool {
		return slices.Contains(others, strings.ToLower(said))
	})
}

// has reports whether the claims are all there: a text that is the same, or one of a list.
// That of scopes is a list in one text (RFC 6749 section 3.3).
func (c *claims) has(wanted map[string]string) bool {
	for name, want := range wanted {
		if !slices.Contains(c.texts(name), want) {
			return false
		}
	}
	return len(wanted) > 0
}

func (c *claims) texts(name string) (all []string) {
	switch v := c.all[name].(type) {
	case string:
		if name == "scope" {
			return strings.Fields(v)
		}
		return []string{v}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}
