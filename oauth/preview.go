package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// PreviewRequest is what somebody wants to know of tokens that nobody has asked for.
type PreviewRequest struct {
	// User is who would sign in; "": the client gets a token for itself (RFC 6749 section 4.4).
	User      id.User
	Scopes    []string    // none: all that the client may ask for
	Resources []string    // RFC 8707; none: all that its tokens may be for
	Level     proof.Level // that the sign-in would reach; never less than the client requires
}

// Preview is what tokens of a client would say, in the JSON of their payloads and without
// what each token has of its own (Own). It is no token: nothing of it is signed.
type Preview struct {
	Scopes      []string
	AccessToken json.RawMessage
	// IDToken and Userinfo are nil where the scopes have no openid.
	IDToken, Userinfo json.RawMessage
	Refused           *Refusal // why there would be no token; nil: there would be
	Missing           []Absence
}

// Own are the claims that are made with a token, and stand in no preview of it.
var Own = []string{"jti", "sid", "azn", "at_hash", "nonce"}

// Absence is something that somebody might look for in a token, and why it is not there.
type Absence struct {
	Name string // of a claim, or of a scope
	Why  Why
}

// Why is a reason for an Absence.
type Why string

// The reasons.
const (
	WhyNotRegistered Why = "not_registered" // the client may not ask for the scope
	WhyNotHeld       Why = "not_held"       // the person, or the client for itself, may not give the scope
	WhyNoOpenID      Why = "no_openid"      // without the scope openid there is no ID token, and no userinfo
	WhyUserinfo      Why = "userinfo_only"  // it stands in userinfo, and the client does not want it in the ID token
	WhyUnknown       Why = "unknown"        // nothing is known of it
	WhySource        Why = "source"         // the scope of the claim that it would come from was not given
	WhyTooLarge      Why = "too_large"      // all of it would have been too large
)

// Preview tells what tokens of c would say now, by the very steps that issue them. It writes
// nothing. That somebody would be asked for their consent first is not said.
func (s *Service) Preview(ctx context.Context, c *Client, r PreviewRequest) (Preview, error) {
	asked := r.Scopes
	if len(asked) == 0 {
		asked = c.Scopes
		if r.User == "" {
			asked = slices.DeleteFunc(slices.Clone(asked), ofPerson)
		}
	}
	var p Preview
	m, err := s.foresee(ctx, c, r, common(asked, c.Scopes))
	if err == nil {
		p, err = s.show(ctx, m, asked)
	}
	if no, refused := errors.AsType[*Refusal](err); refused {
		return Preview{Refused: no, Missing: absentScopes(c, asked, nil)}, nil
	}
	if err != nil {
		return Preview{}, fmt.Errorf("preview tokens: %w", err)
	}
	return p, nil
}

// foresee goes as far as issuing goes before anything is written.
func (s *Service) foresee(ctx context.Context, c *Client, r PreviewRequest, scopes []string) (*minting, error) {
	if c.Disabled {
		return nil, refuse(UnauthorizedClient, "The client is disabled.")
	}
	if r.User == "" {
		return s.ownMinting(ctx, c, scopes, r.Resources)
	}
	if !c.may(GrantCode) {
		return nil, errGrantType
	}
	targets, no := Targets(c.MeantFor(s.Issuer), r.Resources)
	if no != nil {
		return nil, no
	}
	now, level := time.Now().UTC(), max(r.Level, c.RequireLevel, proof.AAL1)
	m := &minting{client: c, targets: targets, now: now, config: s.Config(), authorization: &Authorization{
		Client: c.ID, User: r.User, Scopes: scopes, AuthTime: now, Level: level, AMR: methodsOf(level),
	}}
	var err error
	if m.allowed, err = s.under(ctx, c, m.authorization, scopes, m.asked, now, &m.config, errNotAllowed); err != nil {
		return nil, err
	}
	return m, s.meet(ctx, m)
}

// methodsOf are those of a usual sign-in that reaches a level (RFC 8176).
func methodsOf(level proof.Level) []string {
	if level >= proof.AAL2 {
		return []string{"pwd", "otp", "mfa"}
	}
	return []string{"pwd"}
}

// show writes down what the tokens of m would say.
func (s *Service) show(ctx context.Context, m *minting, asked []string) (p Preview, err error) {
	access := s.accessClaims(m)
	p.Scopes, p.Missing = m.allowed.Scopes, absentScopes(m.client, asked, beyond(m.allowed.Scopes, asked))
	if p.AccessToken, err = withoutOwn(access); err != nil {
		return Preview{}, err
	}
	p.Missing = append(p.Missing, m.absentRights(&access)...)
	switch {
	case m.authorization.User == "":
		return p, nil
	case !slices.Contains(p.Scopes, ScopeOpenID):
		p.Missing = append(p.Missing, Absence{ScopeOpenID, WhyNoOpenID})
		return p, nil
	}
	payload, err := s.idPayload(m, "")
	if err != nil {
		return Preview{}, err
	}
	told, enabled, err := s.Userinfo(ctx, m.client, &access, m.now)
	if err != nil || !enabled {
		return Preview{}, cmp.Or(err, error(errDisabled))
	}
	if p.IDToken, err = withoutOwn(json.RawMessage(payload)); err != nil {
		return Preview{}, err
	}
	if p.Userinfo, err = json.Marshal(told); err != nil {
		return Preview{}, err
	}
	p.Missing = append(p.Missing, m.absentClaims(told)...)
	return p, nil
}

// withoutOwn is the JSON of a payload without what each token has of its own.
func withoutOwn(payload any) (json.RawMessage, error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	for _, name := range Own {
		delete(members, name)
	}
	return json.Marshal(members)
}

// absentScopes says why scopes that were asked for are not given.
func absentScopes(c *Client, asked, absent []string) (all []Absence) {
	for _, scope := range asked {
		switch {
		case !slices.Contains(c.Scopes, scope):
			all = append(all, Absence{scope, WhyNotRegistered})
		case slices.Contains(absent, scope):
			all = append(all, Absence{scope, WhyNotHeld})
		}
	}
	return all
}

// absentRights says what the access token leaves out of what is held.
func (m *minting) absentRights(access *AccessClaims) (all []Absence) {
	if m.allowed.Entitlements == nil {
		return nil
	}
	held := m.allowed.Entitlements.At(m.targets, m.allowed.Scopes, m.now, m.config.accessTTL(m.client)).all(m.client.Permissions)
	for _, one := range []struct {
		name       string
		held, said []string
	}{
		{"roles", held.Roles, access.Roles}, {"permissions", held.Permissions, access.Permissions}, {"permissions_own", held.Own, access.Own},
	} {
		if len(one.held) > len(one.said) {
			all = append(all, Absence{one.name, WhyTooLarge})
		}
	}
	return all
}

// absentClaims says which claims of the given scopes, and which that are mapped, the ID token
// leaves out.
func (m *minting) absentClaims(told map[string]any) (all []Absence) {
	for _, name := range StandardClaims {
		if name == "sub" || !slices.Contains(m.allowed.Scopes, scopeOfClaim(name)) || m.claims[name] != nil {
			continue
		}
		if told[name] == nil {
			all = append(all, Absence{name, WhyUnknown})
		} else if m.told.claims[name] == nil {
			all = append(all, Absence{name, WhyUserinfo})
		}
	}
	for _, name := range m.told.left {
		all = append(all, Absence{name, WhyTooLarge})
	}
	for _, one := range m.client.Told.mappings() {
		if name := one.source.Name; one.source.Kind == FromClaim && !slices.Contains(m.client.Told.wanted(m.allowed.Scopes), name) {
			all = append(all, Absence{strings.Join(one.path, "."), WhySource})
		} else if one.source.Kind == FromClaim && !within(m.told.claims, one.path) && !slices.Contains(m.told.left, strings.Join(one.path, ".")) {
			all = append(all, Absence{strings.Join(one.path, "."), WhyUnknown})
		}
	}
	return all
}

// within reports whether there is something at the end of a path of members.
func within(claims map[string]any, path []string) bool {
	for _, name := range path[:len(path)-1] {
		below, ok := claims[name].(map[string]any)
		if !ok {
			return false
		}
		claims = below
	}
	return claims[path[len(path)-1]] != nil
}
