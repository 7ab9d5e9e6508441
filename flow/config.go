package flow

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/fault"
	"gatehouse/proof"
	"gatehouse/setting"
)

// Config says what a sign-in asks for and how long it may take, and what its pages
// say in the words of the house that runs them.
type Config struct {
	// MFA is who must have a second factor: administrators, everybody or nobody.
	MFA proof.MFA `setting:"mfa"`
	// InteractionTTL is how long a sign-in may take from its first page to its
	// last.
	InteractionTTL time.Duration `setting:"interaction_ttl"`
	// Fresh is how long a proof counts as fresh where a page changes how one
	// signs in.
	Fresh time.Duration `setting:"fresh"`
	// HelpText is what the page behind "Forgot your password?" says: plain text, at most
	// 1,000 characters. Without it the page says to ask whoever gave out the account.
	HelpText string `setting:"help_text"`
	// HelpURL is where that page leads to for help: an address that begins with
	// https:// or mailto:, at most 500 characters.
	HelpURL string `setting:"help_url"`
	// Scopes are words for what applications ask for, read by people who are asked
	// whether they may; a scope without words is shown by its name. At most 200.
	Scopes []ScopeWords `setting:"scopes"`
}

// DefaultConfig requires a second factor of administrators.
func DefaultConfig() Config {
	return Config{MFA: proof.MFAAdministrators, InteractionTTL: time.Hour, Fresh: 5 * time.Minute}
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	switch c.MFA {
	case proof.MFAAdministrators, proof.MFAEverybody, proof.MFANobody:
	default:
		bad = append(bad, fault.Field{Name: "mfa", Problem: `must be "administrators", "everybody" or "nobody"`})
	}
	if p := setting.Within(c.InteractionTTL, time.Minute, 24*time.Hour); p != "" {
		bad = append(bad, fault.Field{Name: "interaction_ttl", Problem: p})
	}
	if p := setting.Within(c.Fresh, 30*time.Second, time.Hour); p != "" {
		bad = append(bad, fault.Field{Name: "fresh", Problem: p})
	}
	if p := badText(c.HelpText, 1000); p != "" {
		bad = append(bad, fault.Field{Name: "help_text", Problem: p})
	}
	if p := badHelpURL(c.HelpURL); p != "" {
		bad = append(bad, fault.Field{Name: "help_url", Problem: p})
	}
	if p := badScopes(c.Scopes); p != "" {
		bad = append(bad, fault.Field{Name: "scopes", Problem: p})
	}
	return bad
}

// badText lets nothing through but text of at most so many characters.
func badText(text string, most int) string {
	if utf8.RuneCountInString(text) > most {
		return "is longer than " + strconv.Itoa(most) + " characters"
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return "holds characters that are no text"
	}
	return ""
}

// badHelpURL lets nothing through that a click would run or send in clear.
func badHelpURL(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	switch {
	case len(address) > 500:
		return "is longer than 500 characters"
	case err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil:
	case err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@"):
	default:
		return "must be an address that begins with https:// or mailto:"
	}
	return ""
}
