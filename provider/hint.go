package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
)

// hint is what an id_token_hint says (OpenID Connect Core 3.1.2.1): an ID token
// of ours, given out earlier. It proves nothing about who is asking now.
type hint struct {
	Subject  id.User
	Session  id.Session // the sid, "" when the token has none
	Audience []string

	issued, expires int64 // of the ID token, in seconds
	short           bool  // it is what shortHint made
}

// readHint returns what the ID token says. It must be signed by a key of ours,
// one that retired while sessions of its time can live included, and be issued by
// us; it may have expired (OpenID Connect RP-Initiated Logout 1.0 section 2). Access
// tokens and other things that we sign are no ID tokens: their typ differs, or they
// have no exp.
func (p *Provider) readHint(token string) (hint, error) {
	if len(token) > oauth.MaxToken {
		return hint{}, errors.New("id_token_hint: too long")
	}
	payload, header, err := p.Signer.VerifyHint(token)
	if err != nil {
		return hint{}, fmt.Errorf("id_token_hint: %w", err)
	}
	short := header.Typ == typShortHint
	if header.Typ != "" && header.Typ != "JWT" && !short {
		return hint{}, errors.New("id_token_hint: not an ID token")
	}
	var c struct {
		Issuer   string   `json:"iss"`
		Subject  string   `json:"sub"`
		Audience audience `json:"aud"`
		Expires  int64    `json:"exp"`
		Issued   int64    `json:"iat"`
		Session  string   `json:"sid"`
		ClientID string   `json:"client_id"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return hint{}, fmt.Errorf("id_token_hint: %w", err)
	}
	if c.ClientID != "" { // RFC 9068 section 2.2: the type may be JWT, see oauth.TypeJWT
		return hint{}, errors.New("id_token_hint: an access token")
	}
	if c.Issuer != p.Issuer {
		return hint{}, errors.New("id_token_hint: of another issuer")
	}
	if c.Subject == "" || len(c.Audience) == 0 || c.Expires <= 0 || c.Issued <= 0 {
		return hint{}, errors.New("id_token_hint: a required claim is missing")
	}
	return hint{
		Subject: id.User(c.Subject), Session: id.Session(c.Session), Audience: c.Audience,
		issued: c.Issued, expires: c.Expires, short: short,
	}, nil
}

// typShortHint is the type of what shortHint makes.
const typShortHint = "logout-hint+jwt"

// shortHint signs what h says once more, and nothing else. Anybody who found an ID
// token may ask for one, so it is none by its type, and no younger than what it was
// made of: for those who do not look at types, or forgive a clock some minutes, it
// expires when that does.
func (p *Provider) shortHint(ctx context.Context, h *hint) (string, error) {
	payload, err := json.Marshal(map[string]any{
		"iss": p.Issuer, "sub": h.Subject, "aud": h.Audience, "sid": h.Session, "iat": h.issued, "exp": h.expires,
	})
	if err != nil {
		return "", fmt.Errorf("shorten an id_token_hint: %w", err)
	}
	return p.Signer.Sign(ctx, keys.ES256, typShortHint, payload)
}

// audience is an `aud` claim: one string or an array of them (RFC 7519 section 4.1.3).
type audience []string

// UnmarshalJSON reads either form.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*a = audience{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return err
	}
	*a = many
	return nil
}
