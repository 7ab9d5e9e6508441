package oauth

import (
	"errors"
	"time"

	"gatehouse/secret"
)

// Redemption is what a client presents for a code (RFC 6749 section 4.1.3).
type Redemption struct {
	Code        string
	RedirectURI string   // "" when it was left out
	Verifier    string   // of PKCE; "" when it was left out
	Resources   []string // to have a token for less (RFC 8707); none: all of the authorization's
}

var (
	errCode = refuse(InvalidGrant, SaysInvalidGrant)

	errCodeExpired  = errCode.because(errors.New("the code has expired"))
	errCodeClient   = errCode.because(errors.New("the code was given to another client"))
	errCodeRedirect = errCode.because(errors.New("another redirect URI than in the authorization request"))
	errCodeVerifier = errCode.because(errors.New("the code verifier does not fit"))

	errRedirectAdded = refuse(InvalidGrant, "The redirect URI is not the one of the authorization request.")
	errPKCEMissing   = refuse(InvalidRequest, SaysInvalidRequest).
				because(errors.New("the code was issued without PKCE, which the client must use"))
)

// judge says why c gets nothing for the code at now; nil: it may claim it. The
// code has not been claimed yet. Judge is pure.
func (code *Code) judge(c *Client, r Redemption, now time.Time) *Refusal {
	switch {
	case !now.Before(code.Expires):
		return errCodeExpired
	case code.Client != c.ID:
		return errCodeClient
	}
	if no := code.judgeRedirect(c, r.RedirectURI); no != nil {
		return no
	}
	return code.judgeVerifier(c, r.Verifier)
}

// judgeRedirect compares redirect URIs byte for byte. Where the authorization
// request named none, the token request need not either (RFC 6749 section 4.1.3).
func (code *Code) judgeRedirect(c *Client, sent string) *Refusal {
	switch {
	case code.RedirectURI != "" && sent != code.RedirectURI:
		return errCodeRedirect
	case code.RedirectURI == "" && sent != "" && !c.MayReturnTo(sent):
		return errRedirectAdded
	}
	return nil
}

// judgeVerifier holds RFC 7636 section 4.6. A verifier without a challenge is
// refused too: somebody took the challenge away (RFC 9700 section 4.8.2).
func (code *Code) judgeVerifier(c *Client, verifier string) *Refusal {
	switch {
	case code.Challenge == "" && verifier == "" && !c.NeedsPKCE(code.Scopes, code.Nonce):
		return nil
	case code.Challenge == "" && verifier == "":
		return errPKCEMissing
	case code.Challenge == "" || !wellFormedVerifier(verifier) || !fitsChallenge(verifier, code.Challenge):
		return errCodeVerifier
	}
	return nil
}

// wellFormedVerifier holds RFC 7636 section 4.1.
func wellFormedVerifier(verifier string) bool {
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	for _, b := range []byte(verifier) {
		if !isLetterOrDigit(b) && b != '-' && b != '.' && b != '_' && b != '~' {
			return false
		}
	}
	return true
}

// fitsChallenge compares by S256 (RFC 7636 section 4.6), the only method that is taken.
func fitsChallenge(verifier, challenge string) bool {
	want, err := secret.Decode(challenge)
	return err == nil && secret.Equal(secret.Hash(verifier), want)
}
