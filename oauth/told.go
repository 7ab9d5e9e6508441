package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Told is what ID tokens and userinfo tell a client of people besides the standard
// claims. Each name of a claim is a path: "realm_access.roles" is the member roles of
// the object realm_access. One with a colon or a slash, as a URL has, is no path.
type Told struct {
	Roles, Groups Listing
	// Claims are written "NAME=SOURCE"; see ParseSource.
	Claims []string
}

// Listing says how roles, or groups, are told.
type Listing struct {
	Claim  string   // "": they are not told
	Format string   // one of the Format constants; "" is FormatList
	Prefix string   // stands before each
	Only   []string // those that match one of these, in which * is any text; none: all
}

// The formats of a Listing.
const (
	FormatList   = "list"   // ["a", "b"]
	FormatString = "string" // "a b"
	FormatObject = "object" // {"a": true, "b": true}
)

// Bounds of what is told. An ID token travels in headers and addresses.
const (
	maxPath     = 128     // bytes of a claim's name
	maxNested   = 4       // objects within one another
	maxMapped   = 20      // claims by mapping
	maxPrefix   = 128     // bytes
	maxSource   = 512     // bytes
	MaxListed   = 200     // roles, or groups
	MaxToldSize = 2 << 10 // bytes in JSON, of one listing, and of all mapped claims together
)

// Empty reports whether nothing is told.
func (t *Told) Empty() bool { return t.Roles.Claim == "" && t.Groups.Claim == "" && len(t.Claims) == 0 }

// asksStanding reports whether roles or groups are needed to tell it.
func (t *Told) asksStanding() bool {
	return t.Roles.Claim != "" || t.Groups.Claim != "" || slices.ContainsFunc(t.mappings(), func(m mapping) bool { return m.source.Kind.ofStanding() })
}

// Source is where the value of a mapped claim comes from.
type Source struct {
	Kind  SourceKind
	Name  string // of the claim, the role or the group
	Value any    // of a constant: text, a number or a boolean
}

// SourceKind says what kind of thing a Source names.
type SourceKind string

// The kinds of sources.
const (
	FromClaim    SourceKind = "claims" // a standard claim of the person, or an attribute that is kept of them
	FromRole     SourceKind = "role"   // whether the person has the role on every resource
	FromGroup    SourceKind = "group"  // whether the person is in the group
	FromConstant SourceKind = "const"
)

func (k SourceKind) ofStanding() bool { return k == FromRole || k == FromGroup }

// ParseSource reads "claims.NAME", "role:ROLE", "group:GROUP" or "const:VALUE". A value
// that is a JSON number, boolean or string is that; any other is text as it stands.
func ParseSource(text string) (Source, error) {
	if len(text) > maxSource {
		return Source{}, fmt.Errorf("must not be longer than %d bytes", maxSource)
	}
	if name, ok := strings.CutPrefix(text, "claims."); ok {
		if !slices.Contains(StandardClaims, name) && !isAttribute(name) {
			return Source{}, errors.New("names no standard claim, and nothing that can be kept of a person")
		}
		return Source{Kind: FromClaim, Name: name}, nil
	}
	kind, rest, _ := strings.Cut(text, ":")
	switch SourceKind(kind) {
	case FromRole, FromGroup:
		return Source{Kind: SourceKind(kind), Name: rest}, checkName(rest)
	case FromConstant:
		value, err := constant(rest)
		return Source{Kind: FromConstant, Value: value}, err
	}
	return Source{}, errors.New("must be claims.NAME, role:ROLE, group:GROUP or const:VALUE")
}

func constant(text string) (any, error) {
	if text == "" {
		return nil, errors.New("must have a value")
	}
	if !printable(text) {
		return nil, errors.New("must not contain control or invisible characters")
	}
	switch text[0] {
	case '{', '[':
		return nil, errors.New("must be text, a number or a boolean")
	case '"':
		var s string
		if err := json.Unmarshal([]byte(text), &s); err != nil || !printable(s) {
			return nil, errors.New("begins like a JSON string and is none")
		}
		return s, nil
	}
	var value any
	if json.Unmarshal([]byte(text), &value) == nil && value != nil {
		if _, number := value.(float64); number {
			return json.Number(text), nil
		}
		return value, nil
	}
	return text, nil
}

// mapping is a claim and where its value comes from.
type mapping struct {
	path   []string
	source Source
}

// parseMapping reads "NAME=SOURCE".
func parseMapping(text string) (mapping, error) {
	name, from, ok := strings.Cut(text, "=")
	if !ok {
		return mapping{}, errors.New("must be written NAME=SOURCE")
	}
	path, err := claimPath(name)
	if err != nil {
		return mapping{}, err
	}
	if reserved(path[0]) || unmappable(path[0]) || contains(StandardClaims, path[0]) && (len(path) > 1 || !slices.Contains(StandardClaims, path[0])) {
		return mapping{}, fmt.Errorf("%s is a claim that Gatehouse keeps for itself", name)
	}
	source, err := ParseSource(from)
	if err != nil {
		return mapping{}, fmt.Errorf("its source %w", err)
	}
	return mapping{path, source}, nil
}

// mappings are those that are in order.
func (t *Told) mappings() []mapping {
	var all []mapping
	for _, text := range t.Claims {
		if m, err := parseMapping(text); err == nil {
			all = append(all, m)
		}
	}
	return all
}

// sourcesOf returns the roles and the groups that claims name as their sources.
func sourcesOf(claims []string) (roles, groups []string) {
	for _, text := range claims {
		m, err := parseMapping(text)
		switch {
		case err != nil:
		case m.source.Kind == FromRole:
			roles = append(roles, m.source.Name)
		case m.source.Kind == FromGroup:
			groups = append(groups, m.source.Name)
		}
	}
	return roles, groups
}

// claimPath splits the name of a claim into the members that lead to it.
func claimPath(name string) ([]string, error) {
	if name == "" || len(name) > maxPath {
		return nil, fmt.Errorf("the name of a claim must have between 1 and %d characters", maxPath)
	}
	for _, c := range []byte(name) { // ASCII: in other alphabets there are letters that fold to ours
		if c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7f {
			return nil, errors.New(`the name of a claim must be printable ASCII without spaces, =, " and \`)
		}
	}
	if strings.ContainsAny(name, ":/") {
		return []string{name}, nil
	}
	path := strings.Split(name, ".")
	if len(path) > maxNested || slices.Contains(path, "") {
		return nil, fmt.Errorf("the name of a claim must be at most %d names with one dot between each", maxNested)
	}
	return path, nil
}

// reserved reports whether the claim, in capitals or not, is one that tokens mean
// something by, and people's names and groups are not: many programs read members of
// JSON without regard to case, and the last of two that look alike.
func reserved(claim string) bool { return contains(reservedClaims, claim) }

var reservedClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "typ", "active", "token_type", "client_id", "scope",
	"auth_time", "nonce", "acr", "amr", "azp", "sid", "pv", "azn", "uic",
	"at_hash", "c_hash", "s_hash", "sub_jwk", "sub_id", "cnf", "act", "may_act", "events", "txn", "toe", "vot", "vtm",
	"authorization_details", "permissions", "permissions_own", "_claim_names", "_claim_sources",
}

// unmappable reports whether a mapping must not make the claim, though something else
// of Gatehouse does. What an application knows somebody again by is never made up, and
// what one may do there is told by a Listing alone.
func unmappable(claim string) bool {
	return contains([]string{"roles", "groups", "entitlements", "email", "email_verified", "phone_number", "phone_number_verified", "address", "updated_at"}, claim)
}

func contains(list []string, name string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, name) })
}

// isAttribute reports whether name could be that of an attribute of a person.
func isAttribute(name string) bool {
	return name != "" && len(name) <= 64 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// told holds the rules for what a client is told.
func (p *problems) told(t *Told) {
	var paths [][]string
	take := func(field string, path []string) {
		for _, other := range paths {
			if n := min(len(path), len(other)); slices.EqualFunc(path[:n], other[:n], strings.EqualFold) {
				p.add(field, "is or contains another claim: %s", strings.Join(other, "."))
				return
			}
		}
		paths = append(paths, path)
	}
	if path := p.listing("roles", &t.Roles); path != nil {
		take("roles_claim", path)
	}
	if path := p.listing("groups", &t.Groups); path != nil {
		take("groups_claim", path)
	}
	if len(t.Claims) > maxMapped {
		p.add("claims", "must not have more than %d entries", maxMapped)
		return
	}
	for i, text := range t.Claims {
		field := "claims[" + strconv.Itoa(i) + "]"
		m, err := parseMapping(text)
		if err != nil {
			p.add(field, "%s", err.Error())
			continue
		}
		take(field, m.path)
	}
}

// listing returns the path of its claim, nil for none.
func (p *problems) listing(of string, l *Listing) []string {
	if !slices.Contains([]string{"", FormatList, FormatString, FormatObject}, l.Format) {
		p.add(of+"_format", "must be %s, %s or %s", FormatList, FormatString, FormatObject)
	}
	if len(l.Prefix) > maxPrefix || !printable(l.Prefix) || strings.Contains(l.Prefix, " ") && l.Format == FormatString {
		p.add(of+"_prefix", "must be at most %d bytes of text, without spaces in the format %s", maxPrefix, FormatString)
	}
	p.list(of+"_filter", l.Only, func(pattern string) error { return checkName(pattern) })
	if l.Claim == "" {
		if l.Format != "" || l.Prefix != "" || len(l.Only) > 0 {
			p.add(of+"_claim", "must name the claim in which they are told")
		}
		return nil
	}
	path, err := claimPath(l.Claim)
	if err != nil {
		p.add(of+"_claim", "%s", err.Error())
		return nil
	}
	if reserved(path[0]) || contains(StandardClaims, path[0]) {
		p.add(of+"_claim", "is a claim that Gatehouse keeps for itself")
		return nil
	}
	return path
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, invisible) && strings.ToValidUTF8(text, "") == text
}

// matches reports whether the name is to be told. One with a slash is a role of
// Gatehouse itself, of which an application hears only where a pattern has one too.
func (l *Listing) matches(name string) bool {
	own := strings.Contains(name, "/")
	if len(l.Only) == 0 {
		return !own
	}
	return slices.ContainsFunc(l.Only, func(pattern string) bool {
		return (!own || strings.Contains(pattern, "/")) && like(pattern, name)
	})
}

// like reports whether name is the pattern, in which * is any text. It takes no longer
// than their lengths multiplied.
func like(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// telling is what is told of one person at one moment.
type telling struct {
	claims map[string]any
	until  time.Time // when the first of it is not so any more; zero: not within the life of a token
	left   []string  // claims that were left out, because they would have been too large
}

// tell puts together what t tells of somebody. Values are those of their claims that may
// be told.
func (t *Told) tell(s Standing, values map[string]any, now time.Time) telling {
	out := telling{claims: map[string]any{}}
	out.list(&t.Roles, s.Roles, now)
	out.list(&t.Groups, s.Groups, now)
	size := 0
	for _, m := range t.mappings() {
		value, until, has := m.source.value(s, values, now)
		if !has {
			continue
		}
		name := strings.Join(m.path, ".")
		if size += len(name) + sizeOf(value); size > MaxToldSize {
			out.left = append(out.left, name)
			continue
		}
		out.put(m.path, value)
		out.until = sooner(out.until, until)
	}
	return out
}

// lasts reports whether what ends then is worth being told of now.
func lasts(until, now time.Time) bool { return until.IsZero() || !until.Before(now.Add(ShortestToken)) }

func (o *telling) list(l *Listing, held []Held, now time.Time) {
	path, err := claimPath(l.Claim)
	if err != nil || reserved(path[0]) {
		return
	}
	names, until := []string{}, time.Time{}
	for _, h := range held {
		if l.matches(h.ID) && lasts(h.Until, now) {
			names, until = append(names, l.Prefix+h.ID), sooner(until, h.Until)
		}
	}
	value := l.shape(names)
	if len(names) > MaxListed || sizeOf(value) > MaxToldSize {
		o.left = append(o.left, l.Claim)
		return
	}
	o.put(path, value)
	o.until = sooner(o.until, until)
}

func (l *Listing) shape(names []string) any {
	switch l.Format {
	case FormatString:
		return strings.Join(names, " ")
	case FormatObject:
		object := map[string]bool{}
		for _, name := range names {
			object[name] = true
		}
		return object
	}
	return names
}

// value returns what the claim says of somebody, and until when.
func (s Source) value(standing Standing, values map[string]any, now time.Time) (value any, until time.Time, has bool) {
	held := standing.Groups
	switch s.Kind {
	case FromClaim:
		value, has = values[s.Name]
		return value, time.Time{}, has
	case FromConstant:
		return s.Value, time.Time{}, true
	case FromRole:
		held = standing.Roles
	}
	end, is := longest(s.Name, held)
	if is = is && lasts(end, now); !is {
		end = time.Time{}
	}
	return is, end, true
}

// put sets a member of nested objects. Paths do not meet: that was checked when they
// were written, and what does not fit changes nothing.
func (o *telling) put(path []string, value any) {
	at := o.claims
	for _, name := range path[:len(path)-1] {
		next, ok := at[name].(map[string]any)
		if !ok {
			if at[name] != nil {
				return
			}
			next = map[string]any{}
			at[name] = next
		}
		at = next
	}
	at[path[len(path)-1]] = value
}

func sizeOf(value any) int {
	b, err := json.Marshal(value)
	if err != nil {
		return MaxToldSize + 1
	}
	return len(b)
}

// wanted are the person's claims that mappings need, as far as scopes let them be told:
// what a person said of themselves is not told round their word. Attributes are the
// house's own knowledge.
func (t *Told) wanted(scopes []string) []string {
	var names []string
	for _, m := range t.mappings() {
		name := m.source.Name
		if m.source.Kind != FromClaim || slices.Contains(StandardClaims, name) && !slices.Contains(scopes, scopeOfClaim(name)) {
			continue
		}
		names = append(names, name)
	}
	return names
}
