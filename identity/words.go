package identity

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// SearchKeys returns what the canonical emails and the folded names begin with
// that a search finds; both are "" where nobody can be called so.
func SearchKeys(search string) (email, name string) {
	name = FoldedName(search)
	if email = Canonical(search); email == "" {
		email = name
	}
	return email, name
}

// maxFolded is how much of a folded name is kept, in characters: one character may be folded into
// eighteen, and a place in a list must hold it.
const maxFolded = maxName

// FoldedName is a name as it is searched for: in one width, form and case, and cut where that made it
// too long. It is "" for what no name can be.
func FoldedName(name string) string {
	if textProblem(name, maxEmail) != "" {
		return ""
	}
	name = fold(name)
	if utf8.RuneCountInString(name) > maxFolded {
		name = strings.TrimSpace(string([]rune(name)[:maxFolded]))
	}
	return name
}

// MaxWords is how many later parts of somebody's name and address are kept for searches.
const MaxWords = 8

// WordsOf are the later parts of somebody's name and address by which a search finds them besides,
// each with all behind it, in order: "müller" and "example.com" of Anna Müller, anna@example.com.
// Of many the first ones of the name and then of the address. What a domain ends with is none.
func WordsOf(u User) []string {
	var all []string
	name, email := FoldedName(u.Name), FoldedName(u.Email)
	for _, of := range []struct {
		text string
		ends int
	}{{name, len(name)}, {email, domainEnd(email)}} {
		for i := 1; i < of.ends && len(all) < MaxWords; i++ {
			if word := of.text[i:]; parted(of.text[i-1]) && !parted(of.text[i]) && !slices.Contains(all, word) {
				all = append(all, word)
			}
		}
	}
	slices.Sort(all)
	return all
}

// domainEnd is where what a domain ends with begins in an address: all of one without a dot.
func domainEnd(email string) int {
	at := strings.LastIndexByte(email, '@') + 1
	return at + max(strings.LastIndexByte(email[at:], '.'), 0)
}

// BetweenParts are the characters that stand between the parts of a name, whatever has it.
const BetweenParts = "/:.-_@ "

// parted reports whether a part of a name ends at a character.
func parted(c byte) bool { return strings.IndexByte(BetweenParts, c) >= 0 }

// wordFound is the first of somebody's words that begins with a folded text, "" for none.
func wordFound(u User, text string) string {
	for _, word := range WordsOf(u) {
		if strings.HasPrefix(word, text) {
			return word
		}
	}
	return ""
}
