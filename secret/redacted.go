package secret

import "io"

const redacted = "[redacted]"

// format writes shown, in quotes where the verb asks for them. A failing writer
// is fmt's affair.
func format(w io.Writer, verb rune, shown string) {
	if verb == 'q' {
		shown = `"` + shown + `"`
	}
	_, _ = io.WriteString(w, shown)
}
