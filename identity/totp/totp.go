// Package totp makes and matches the six-digit codes of authenticator apps
// (RFC 6238 with SHA-1 and 30 seconds, which every app understands). It keeps
// nothing: what was used, and how far a clock is off, its caller remembers.
package totp

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/text/unicode/norm"
)

const (
	// Period is how long a code is shown.
	Period = 30 * time.Second
	// Digits is how long a code is.
	Digits = 6

	secretBytes = 20 // 160 bits, RFC 4226 section 4 R6
)

// Step is the number of the period that t is in.
func Step(t time.Time) int64 { return t.Unix() / int64(Period/time.Second) }

// NewSecret returns a fresh secret in base32, as apps take it.
func NewSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// Code returns the code of one step.
func Code(secret string, step int64) (string, error) {
	if step < 0 {
		return "", fmt.Errorf("totp: step %d is before 1970", step)
	}
	code, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("totp: the secret cannot be read") // the cause may quote it
	}
	return code, nil
}

// URL returns the otpauth address that an app reads from the QR code (Key Uri
// Format). A colon would part issuer from account, so neither keeps one.
func URL(issuer, account, secret string) string {
	clean := strings.NewReplacer(":", " ", "\n", " ", "\r", " ")
	issuer, account = clean.Replace(issuer), clean.Replace(account)
	query := url.Values{
		"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}
	// Apps show a "+" as it is, so spaces are %20 in both parts.
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(account) +
		"?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// Clean returns the six digits of what a person typed, who may have typed them
// in another width, or put spaces, dashes or dots between them; "" when they are
// not six digits.
func Clean(typed string) string {
	if len(typed) > 64 {
		return ""
	}
	code := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Z, unicode.Pd, unicode.Cf) || strings.ContainsRune("\t\r\n._·", r) {
			return -1
		}
		return r
	}, norm.NFKC.String(typed))
	if len(code) != Digits || strings.ContainsFunc(code, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return code
}
