package proof

import (
	"fmt"
	"slices"
	"strconv"
)

// Level is how strongly a person is proved. Levels are ordered: a higher one
// satisfies whoever asks for a lower one. The zero Level is none at all.
type Level int

// The levels, weakest first, after NIST SP 800-63B.
const (
	None Level = iota // nothing is proved; as something asked for: nothing is asked
	AAL1              // one factor
	AAL2              // two factors of different kinds
)

// names are how tokens (the acr claim), settings and rows say a level.
var names = []string{None: "", AAL1: "aal1", AAL2: "aal2"}

// Levels returns what a person can reach, weakest first.
func Levels() []Level { return []Level{AAL1, AAL2} }

// Known reports whether l is one of the levels or none. Whoever decides on a
// level that is not known refuses.
func (l Level) Known() bool { return l >= None && int(l) < len(names) }

// String returns the level as tokens say it, "" for none.
func (l Level) String() string {
	if !l.Known() {
		return "Level(" + strconv.Itoa(int(l)) + ")"
	}
	return names[l]
}

// ParseLevel is the inverse of String; the empty text is none. Any other text is
// an error, never a level.
func ParseLevel(text string) (Level, error) {
	if i := slices.Index(names, text); i >= 0 {
		return Level(i), nil
	}
	return None, fmt.Errorf("%q is no level of ours", text)
}

// MarshalText writes the level as String does. A level that is not known is an
// error: nobody could read it back.
func (l Level) MarshalText() ([]byte, error) {
	if !l.Known() {
		return nil, fmt.Errorf("%v cannot be written", l)
	}
	return []byte(l.String()), nil
}

// UnmarshalText reads what MarshalText wrote. On an error l stays as it was.
func (l *Level) UnmarshalText(text []byte) error {
	parsed, err := ParseLevel(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// Usual are the methods by which somebody usually reached a level, as tokens say them (amr): where
// it is asked what would become of a request that nobody made.
func (l Level) Usual() []string {
	switch l {
	case AAL1:
		return []string{string(Password)}
	case AAL2:
		return []string{string(Password), string(OTP), "mfa"}
	}
	return nil
}
