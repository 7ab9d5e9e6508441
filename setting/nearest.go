package setting

import "strings"

// Nearest returns the one name that somebody meant who wrote s, "" where that is not
// certain: a wrong guess leads further astray than none. Each part of a name, such as what
// stands before the @ of an address, has few slips for its length, and no other name has
// as few.
func Nearest(s string, names []string) string {
	if s == "" || len(s) > 100 {
		return ""
	}
	best, least, sure := "", tooFar, false
	for _, n := range names {
		switch d := slips(s, n); {
		case d < least:
			best, least, sure = n, d, true
		case d == least && n != best:
			sure = false
		}
	}
	if !sure {
		return ""
	}
	return best
}

// tooFar is more slips than anybody makes in one name.
const tooFar = 5

// slips counts what is written otherwise in two names, tooFar where they are none of the
// same thing.
func slips(a, b string) int {
	parts, others := parts(a), parts(b)
	if len(parts) != len(others) { // a mark between two of them is missing, or is one too many
		if d := distance([]rune(a), []rune(b)); d == 1 {
			return d
		}
		return tooFar
	}
	sum := 0
	for i := range parts {
		a, b := []rune(parts[i]), []rune(others[i])
		d := distance(a, b)
		if d > forgiven(min(len(a), len(b))) || d > 0 && wordOf(parts[i]) == wordOf(others[i]) { // 42 is no slip of 43
			return tooFar
		}
		sum += d
	}
	return min(sum, tooFar)
}

// forgiven is how many slips a part of a name may have that is so long.
func forgiven(length int) int {
	switch {
	case length < 3:
		return 0
	case length < 6:
		return 1
	case length < 11:
		return 2
	}
	return 3
}

// parts are what stands between the marks of an address, a permission or a key.
func parts(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("@/:._-", r) })
}

// wordOf is a part without its number.
func wordOf(part string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, part)
}

// distance is how many characters to insert, delete or replace, or neighbours to swap
// (optimal string alignment).
func distance(a, b []rune) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
