package flow

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/fault"
	"gatehouse/proof"
	"gatehouse/setting"
)

// Config says what a sign-in asks for and how long it may take.
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
	if p := badHelpText(c.HelpText); p != "" {
		bad = append(bad, fault.Field{Name: "help_text", Problem: p})
	}
	if p := badHelpURL(c.HelpURL); p != "" {
		bad = append(bad, fault.Field{Name: "help_url", Problem: p})
	}
	return bad
}

func badHelpText(text string) string {
	if utf8.RuneCountInString(text) > 1000 {
		return "is longer than 1000 characters"
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
