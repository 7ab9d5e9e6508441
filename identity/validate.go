package identity

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"gatehouse/fault"
)

const (
	maxEmail = 254 // how long an email may be, in bytes, as RFC 5321 bounds a path
	maxName  = 200 // how long a name may be, in characters
)

// Canonical is a login or email as it is compared, counted and found: however
// somebody types a name, it is one name, and so is a domain in Unicode or in
// Punycode. What nobody can be called is "", before anything is done with it that
// costs more than it is long: normalising makes eighteen characters of some
// single ones.
func Canonical(login string) string {
	if len(login) > maxEmail || textProblem(strings.TrimSpace(login), maxEmail) != "" {
		return ""
	}
	folded := fold(login)
	at := strings.LastIndexByte(folded, '@')
	domain, ok := asciiDomain(folded[at+1:])
	if !ok {
		return ""
	}
	return folded[:at+1] + domain
}

// fold is text in one width, form and case. Folding what is folded changes
// nothing: small letters may compose again.
func fold(s string) string {
	for range 4 {
		next := strings.TrimSpace(norm.NFKC.String(strings.ToLower(norm.NFKC.String(s))))
		if next == s {
			break
		}
		s = next
	}
	return s
}

var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false))

// asciiDomain returns the Punycode of a domain; false: there can be none.
func asciiDomain(domain string) (string, bool) {
	if !strings.ContainsFunc(domain, func(r rune) bool { return r > unicode.MaxASCII }) && !strings.Contains(domain, "xn--") {
		return domain, true
	}
	ascii, err := domains.ToASCII(domain)
	return ascii, err == nil && len(ascii) <= maxEmail
}

// tidy trims u and gives the email the form in which databases agree about case.
func tidy(u User) User {
	u.Email, u.Name = strings.TrimSpace(u.Email), strings.TrimSpace(u.Name)
	if len(u.Email) > maxEmail || !strings.ContainsFunc(u.Email, func(r rune) bool { return r > unicode.MaxASCII }) {
		return u
	}
	u.Email = fold(u.Email)
	return u
}

// maxClaim is how long a claim may be, in bytes, before anybody looks at it.
const maxClaim = 8 << 10

// check says what is wrong with u, as one Invalid fault.
func check(u User) error {
	var bad []fault.Field
	add := func(name, problem string) {
		if problem != "" {
			bad = append(bad, fault.Field{Name: name, Problem: problem})
		}
	}
	add("email", emailProblem(u.Email))
	add("name", textProblem(u.Name, maxName))
	for _, f := range u.Claims.texts() {
		switch v := *f.value; {
		case len(v) > maxClaim:
			add(f.name, fmt.Sprintf("is longer than %d bytes", maxClaim))
		case v != "":
			add(f.name, f.problem(v))
		}
	}
	add("attributes", attributesProblem(u.Claims.Attributes))
	for _, name := range slices.Sorted(maps.Keys(u.Claims.Attributes)) {
		add("attributes."+name, attributeProblem(name, u.Claims.Attributes[name]))
	}
	if bad == nil {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "user.invalid", Detail: "Some of this is not valid.", Fields: bad}
}

func emailProblem(email string) string {
	if email == "" {
		return "is needed"
	}
	if len(email) > maxEmail {
		return fmt.Sprintf("is longer than %d bytes", maxEmail)
	}
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || a.Name != "" || strings.Count(email, "@") != 1 || textProblem(email, maxEmail) != "" || Canonical(email) == "" {
		return "is not an email address"
	}
	return ""
}

func textProblem(s string, most int) string {
	switch {
	case len(s) > most*utf8.UTFMax:
		return fmt.Sprintf("is longer than %d characters", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, isControl):
		return "holds characters that are not text"
	case utf8.RuneCountInString(s) > most:
		return fmt.Sprintf("is longer than %d characters", most)
	}
	return ""
}

// isControl also finds the signs that turn the direction of text around, with
// which a name can pose as another.
func isControl(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func lineProblem(s string) string { return textProblem(s, 200) }

// blockProblem is for the formatted address, which has lines.
func blockProblem(s string) string {
	return textProblem(strings.NewReplacer("\r\n", " ", "\n", " ").Replace(s), 1000)
}

func urlProblem(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || textProblem(s, 2000) != "" {
		return "is not an http or https address"
	}
	return ""
}

// birthdateProblem follows OpenID Connect Core 5.1: a date, a year alone, or a
// date with the year 0000 when it is not told.
func birthdateProblem(s string) string {
	for _, layout := range []string{"2006-01-02", "2006"} {
		if _, err := time.Parse(layout, s); err == nil && s != "0000" {
			return ""
		}
	}
	return "is not a date like 1990-12-31 or 1990"
}

var (
	zonePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)
	localePattern = regexp.MustCompile(`^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$`)
	phonePattern  = regexp.MustCompile(`^\+?[0-9][0-9 ().-]{2,30}(;ext=[0-9]{1,10})?$`)
)

func patternProblem(p *regexp.Regexp, like string) func(string) string {
	return func(s string) string {
		if len(s) > 100 || !p.MatchString(s) {
			return "is not like " + like
		}
		return ""
	}
}
