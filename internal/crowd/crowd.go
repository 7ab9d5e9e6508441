// Package crowd fills a house with people and all that comes of them, by rows that
// are written directly: tests look at query plans in it, and a benchmark measures
// how much slower a full house is than an empty one.
//
// The names of things look and are spread like real ones, but follow from their
// numbers (ID): thing 7 of a kind is always the same. What hangs on a person is
// theirs by its number, too.
package crowd

import (
	"fmt"
	"strings"
	"time"
)

// Size says how many there are.
type Size struct {
	People, Sessions, Families, Events, Revocations int
	// Others is how many there are of each other thing: codes, sign-ins under way,
	// counters of attempts, used assertions.
	Others int
	// Ordinary is said of people to whom nobody granted anything.
	Ordinary bool
	// Everybody is in the group "everybody", and every second one in "half".
	Everybody bool
	// Clients are there already, and have the ids that Client says.
	Clients int
	// Due is how many of each kind are past and wait to be swept.
	Due int
}

// spread is odd, so that no two numbers below 2^32 come out the same.
const spread, modulus = 2654435761, 1 << 32

const letters = "abcdefghijklmnopqrstuvwxyz234567"

// ID returns the id of the thing with a number from 1.
func ID(prefix string, number int) string {
	k := uint64(number) * spread % modulus
	return prefix + string([]byte{letters[k%32], letters[k/32%32], letters[k/1024%32]}) + fmt.Sprintf("%08x", k) + padding
}

// padding makes an id as long as one with 160 random bits.
const padding = "aaaaaaaaaaaaaaaaaaaaa"

// Client returns the id of a client with a number from 1.
func Client(number int) string { return fmt.Sprintf("crowd-%d", number) }

// Email returns the email of a person with a number from 1.
func Email(number int) string { return ID("", number)[:11] + "@crowd.test" }

// Name returns their name: a few hundred are called the same.
func Name(number int) string { return ID("", number)[1:3] + " Crowd" }

// dialect writes expressions over the number of a row, which is called i.
type dialect struct{ postgres bool }

// id is ID in SQL.
func (d dialect) id(prefix, number string) string {
	return fmt.Sprintf("'%s' || %s || '%s'", prefix, d.key(number), padding)
}

// key is what an id has of its number.
func (d dialect) key(number string) string {
	k := fmt.Sprintf("(CAST(%s AS BIGINT) * %d %% %d)", number, spread, int64(modulus))
	hex := "printf('%08x', " + k + ")"
	if d.postgres {
		hex = "lpad(to_hex(" + k + "), 8, '0')"
	}
	letter := func(of string) string {
		return fmt.Sprintf("substr('%s', CAST(1 + %s AS INTEGER), 1)", letters, of)
	}
	return strings.Join([]string{letter(k + " % 32"), letter(k + " / 32 % 32"), letter(k + " / 1024 % 32"), hex}, " || ")
}

// bytes is the text as bytes.
func (d dialect) bytes(text string) string {
	if d.postgres {
		return "convert_to(" + text + ", 'UTF8')"
	}
	return "CAST(" + text + " AS BLOB)"
}

// numbers is a table of the numbers from 1 to n.
func (d dialect) numbers(n int) string {
	if d.postgres {
		return fmt.Sprintf("generate_series(1, CAST(%d AS BIGINT)) AS n (i)", n)
	}
	return fmt.Sprintf("(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) n", n)
}

// rows inserts n rows into table, each column of which has its expression.
func (d dialect) rows(table string, n int, columns [][2]string) string {
	if n <= 0 {
		return ""
	}
	var names, values []string
	for _, c := range columns {
		names, values = append(names, c[0]), append(values, c[1])
	}
	return fmt.Sprintf("INSERT INTO %s (%s)\nSELECT %s\nFROM %s", table, strings.Join(names, ", "), strings.Join(values, ", "), d.numbers(n))
}

// Statements returns what fills an empty house, in order. At now everything
// lives but for Due of each kind, and one in twenty that was ended in the last
// month.
func (s Size) Statements(postgres bool, now time.Time) []string {
	f := filler{s, dialect{postgres}, now.UnixMicro()}
	all := append(append(f.people(), f.tokens()...), f.records()...)
	kept := all[:0]
	for _, text := range all {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
