package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// StandardClaims are the claims that a person may have (OpenID Connect Core
// 5.1) and that a client may ask for one by one, in the order of discovery.
var StandardClaims = []string{
	"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
	"profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
	"email", "email_verified", "phone_number", "phone_number_verified", "address",
}

// maxClaimsParameter bounds the `claims` parameter, in bytes.
const maxClaimsParameter = 8 << 10

// ClaimsRequest is the `claims` parameter (OpenID Connect Core 5.5). The zero
// value asks for nothing.
type ClaimsRequest struct {
	inIDToken  map[string]claimRequest
	inUserinfo map[string]claimRequest
}

// claimRequest is what is asked of one claim; the zero value asks for it as a
// voluntary claim.
type claimRequest struct {
	Essential bool              `json:"essential"`
	Value     json.RawMessage   `json:"value"`
	Values    []json.RawMessage `json:"values"`
}

// texts returns the wanted values; an error says that one is not a string.
func (c claimRequest) texts() ([]string, error) {
	raw := c.Values
	if len(c.Value) > 0 {
		raw = append([]json.RawMessage{c.Value}, raw...)
	}
	var texts []string
	for _, v := range raw {
		var text *string // null is not a string
		if err := json.Unmarshal(v, &text); err != nil || text == nil {
			return nil, errors.New("a wanted value is not a string")
		}
		texts = append(texts, *text)
	}
	return texts, nil
}

// ParseClaims reads the `claims` parameter; "" asks for nothing. Members that
// are not understood are ignored, as OpenID Connect Core 5.5 wants it. What is
// not one JSON object of that shape, names a member twice or is larger than
// 8 KiB is an error, whose text is safe to show.
func ParseClaims(raw string) (ClaimsRequest, error) {
	if raw == "" {
		return ClaimsRequest{}, nil
	}
	if len(raw) > maxClaimsParameter {
		return ClaimsRequest{}, errors.New("the claims parameter is too long")
	}
	top, err := members(json.RawMessage(raw))
	if err != nil {
		return ClaimsRequest{}, fmt.Errorf("the claims parameter %w", err)
	}
	var c ClaimsRequest
	if c.inIDToken, err = requests(top["id_token"]); err != nil {
		return ClaimsRequest{}, fmt.Errorf("the id_token member of the claims parameter %w", err)
	}
	if c.inUserinfo, err = requests(top["userinfo"]); err != nil {
		return ClaimsRequest{}, fmt.Errorf("the userinfo member of the claims parameter %w", err)
	}
	for _, name := range []string{"acr", "sub"} {
		if _, err := c.inIDToken[name].texts(); err != nil {
			return ClaimsRequest{}, fmt.Errorf("the %s member of the claims parameter is wrong: %w", name, err)
		}
	}
	return c, nil
}

func requests(raw json.RawMessage) (map[string]claimRequest, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	named, err := members(raw)
	if err != nil {
		return nil, err
	}
	out := make(map[string]claimRequest, len(named))
	for name, raw := range named {
		request, err := request(raw)
		if err != nil {
			return nil, err
		}
		out[name] = request
	}
	return out, nil
}

func request(raw json.RawMessage) (claimRequest, error) {
	if string(raw) == "null" {
		return claimRequest{}, nil
	}
	known, err := members(raw)
	if err != nil {
		return claimRequest{}, errors.New("asks for a claim with something that is neither null nor an object")
	}
	var c claimRequest
	for name, into := range map[string]any{"essential": &c.Essential, "value": &c.Value, "values": &c.Values} {
		if v, ok := known[name]; ok && json.Unmarshal(v, into) != nil {
			return claimRequest{}, errors.New("asks for a claim with members of the wrong type")
		}
	}
	return c, nil
}

var errNotObject = errors.New("is not a JSON object")

// members returns the members of the object that raw is. A name that comes
// twice is an error: two readers could take different ones.
func members(raw json.RawMessage) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errNotObject
	}
	out := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errNotObject
		}
		if _, twice := out[name]; twice {
			return nil, errors.New("names a member twice")
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, errNotObject
		}
		out[name] = value
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, errNotObject
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errNotObject
	}
	return out, nil
}

// EssentialACR returns the levels of which one must be reached: the values of
// an essential acr claim of the ID token (OpenID Connect Core 5.5.1.1). It is
// empty when there is no such claim or it names no value.
func (c ClaimsRequest) EssentialACR() []string {
	acr := c.inIDToken["acr"]
	if !acr.Essential {
		return nil
	}
	levels, _ := acr.texts() // checked by ParseClaims
	return levels
}

// Subjects returns the people of whom one must be signed in: the values of the
// ID token's sub claim (OpenID Connect Core 3.1.2.2 and 5.5.1). Empty: anybody.
func (c ClaimsRequest) Subjects() []string {
	people, _ := c.inIDToken["sub"].texts() // checked by ParseClaims
	return people
}

// idToken returns the standard claims wanted in the ID token, in order of name.
func (c ClaimsRequest) idToken() []string { return wanted(c.inIDToken) }

// userinfo returns the standard claims wanted at the userinfo endpoint, in
// order of name.
func (c ClaimsRequest) userinfo() []string { return wanted(c.inUserinfo) }

// within returns what is left of the request where only these scopes are
// allowed: the standard claims, as they are kept with a code.
func (c ClaimsRequest) within(scopes []string) string {
	named := map[string]map[string]any{}
	for member, claims := range map[string][]string{"id_token": c.idToken(), "userinfo": c.userinfo()} {
		for _, claim := range permitted(scopes, claims) {
			if named[member] == nil {
				named[member] = map[string]any{}
			}
			named[member][claim] = nil
		}
	}
	if len(named) == 0 {
		return ""
	}
	text, _ := json.Marshal(named) // names alone: it cannot fail
	return string(text)
}

func wanted(m map[string]claimRequest) []string {
	var names []string
	for name := range m {
		if slices.Contains(StandardClaims, name) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
