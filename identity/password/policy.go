package password

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Problem says what is wrong with a new password, "" when it is good. There are
// no rules about kinds of characters (NIST SP 800-63B): it must be long enough,
// not on the list of the most common ones, not a simple pattern, and not what
// everybody knows about the person (personal). Spaces around it make it no longer.
func Problem(password string, minLength int, personal ...string) string {
	if len(password) > MaxBytes { // before anything is done with it
		return fmt.Sprintf("is longer than %d bytes", MaxBytes)
	}
	switch n := utf8.RuneCountInString(norm.NFC.String(strings.TrimSpace(password))); {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return "holds bytes that are not text"
	case n < minLength:
		return fmt.Sprintf("has %d characters; at least %d are needed", n, minLength)
	}
	folded := fold(password)
	for _, p := range personal {
		if isPersonal(folded, fold(p)) {
			return "is too close to the name or the email"
		}
	}
	if isPattern(folded) || common[folded] || common[core(folded)] {
		return "is one of the passwords that are guessed first"
	}
	return ""
}

func fold(s string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
}

// core is what is left without the digits and signs around it: "password" of
// "!Password2024!".
func core(folded string) string {
	return strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
}

func isPersonal(folded, known string) bool {
	if known == "" {
		return false
	}
	local, _, _ := strings.Cut(known, "@")
	for _, k := range []string{known, local, strings.ReplaceAll(known, " ", "")} {
		if folded == k || core(folded) == k || core(folded) == core(k) && len(core(k)) > 3 {
			return true
		}
	}
	return false
}

// isPattern recognises a piece of at most four characters over and over, and
// neighbours in a row ("123456789012", "abcdefghijkl", "zyxwvutsrqpo").
func isPattern(folded string) bool {
	rs := []rune(folded)
	for n := 1; n <= 4; n++ {
		if repeats(rs, n) {
			return true
		}
	}
	return isRow(rs, 1) || isRow(rs, -1)
}

func repeats(rs []rune, n int) bool {
	if len(rs) < 2*n {
		return false
	}
	for i := n; i < len(rs); i++ {
		if rs[i] != rs[i-n] {
			return false
		}
	}
	return true
}

// isRow lets a row of digits go on after 9 and 0.
func isRow(rs []rune, step rune) bool {
	for i := 1; i < len(rs); i++ {
		next := rs[i-1] + step
		if rs[i-1] == '9' && step == 1 {
			next = '0'
		}
		if rs[i-1] == '0' && step == -1 {
			next = '9'
		}
		if rs[i] != next {
			return false
		}
	}
	return len(rs) > 1
}
