package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Text is a secret string. However it is printed, logged or encoded, it shows
// "[redacted]"; an empty one shows nothing, so that a missing setting can be
// told from a set one. Only Reveal returns what it holds. Do not make it the key
// of a map: encoding/json writes string keys as they are.
type Text string

// Reveal returns the secret itself.
func (t Text) Reveal() string { return string(t) }

// String implements fmt.Stringer.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return redacted
}

// GoString implements fmt.GoStringer.
func (t Text) GoString() string { return `"` + t.String() + `"` }

// Format implements fmt.Formatter: no verb shows the secret, %x and %d included.
func (t Text) Format(f fmt.State, verb rune) { format(f, verb, t.String()) }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// format writes shown, in quotes where the verb asks for them. A failing writer
// is fmt's affair.
func format(w io.Writer, verb rune, shown string) {
	if verb == 'q' {
		shown = `"` + shown + `"`
	}
	_, _ = io.WriteString(w, shown)
}
