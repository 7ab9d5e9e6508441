package gate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is looked at.
const (
	MaxPath     = 8 << 10 // bytes
	MaxSegments = 128
)

// Path is a path in its one spelling. The zero Path is none.
type Path struct {
	text     string
	segments []string // decoded; the last is empty where the path ends in a slash
}

// String returns the path as it is written on the wire: what must be escaped is, with
// capital digits, and nothing else.
func (p Path) String() string { return p.text }

// Decoded returns the path as routes see it, without escapes.
func (p Path) Decoded() string { return "/" + strings.Join(p.segments, "/") }

// ParsePath reads the path of a request, as it was sent. It refuses what servers are
// known to read in two ways: dot segments and empty ones, escaped slashes, backslashes,
// percent signs, question marks, hashes and semicolons, control characters, and what is
// not UTF-8 or would become something else by a normalisation. Its error is Malformed.
func ParsePath(raw string) (Path, error) {
	switch {
	case len(raw) > MaxPath:
		return Path{}, badPath("The path is too long.")
	case !strings.HasPrefix(raw, "/"):
		return Path{}, badPath("The path does not begin with a slash.")
	case strings.Count(raw, "/") > MaxSegments:
		return Path{}, badPath("The path has too many segments.")
	}
	parts := strings.Split(raw[1:], "/")
	text := make(pathBuilder, 0, len(raw))
	for i, part := range parts {
		segment, err := decodeSegment(part)
		if err != nil {
			return Path{}, err
		}
		if segment == "" && i < len(parts)-1 {
			return Path{}, badPath("The path has an empty segment.")
		}
		if segment == "." || segment == ".." {
			return Path{}, badPath("The path has a dot segment.")
		}
		parts[i] = segment
		text.add(segment)
	}
	return Path{text: text.String(), segments: parts}, nil
}

// decodeSegment returns a segment without escapes.
func decodeSegment(raw string) (string, error) {
	if isPlain(raw) && !strings.HasSuffix(raw, ".") { // as most are: nothing below is in it
		return raw, nil
	}
	segment, err := unescape(raw)
	if err != nil {
		return "", err
	}
	for i := range len(segment) {
		if c := segment[i]; c < ' ' || c == 0x7f || strings.IndexByte(ambiguous, c) >= 0 {
			return "", badPath("The path has a character that servers read differently.")
		}
	}
	if !utf8.ValidString(segment) {
		return "", badPath("The path is not UTF-8.")
	}
	if !norm.NFKC.IsNormalString(segment) || strings.IndexFunc(segment, disguised) >= 0 {
		return "", badPath("The path has a character that stands for another, or cannot be seen.")
	}
	// Some file systems take a blank or a dot at an end for nothing.
	if strings.TrimSpace(segment) != segment || strings.HasSuffix(segment, ".") && segment != "." && segment != ".." {
		return "", badPath("The path has a segment that begins or ends in a blank, or ends in a dot.")
	}
	return segment, nil
}

// disguised reports whether a character cannot be seen, changes how others are shown, or
// looks like a slash.
func disguised(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == '\u2215' || r == '\u2044' || r == '\u29f8'
}

// ambiguous are characters that some servers take for the end of a path or of a segment,
// or decode once more.
const ambiguous = `/\%?#;`

func unescape(raw string) (string, error) {
	at := strings.IndexByte(raw, '%')
	if at < 0 {
		return raw, nil
	}
	var b strings.Builder
	b.Grow(len(raw))
	for {
		b.WriteString(raw[:at])
		if len(raw) < at+3 {
			return "", badPath("The path has a broken escape.")
		}
		high, low := hexDigit(raw[at+1]), hexDigit(raw[at+2])
		if high < 0 || low < 0 {
			return "", badPath("The path has a broken escape.")
		}
		b.WriteByte(byte(high<<4 | low))
		raw = raw[at+3:]
		if at = strings.IndexByte(raw, '%'); at < 0 {
			b.WriteString(raw)
			return b.String(), nil
		}
	}
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

const hexDigits = "0123456789ABCDEF"

// pathBuilder writes a path in its one spelling.
type pathBuilder []byte

// String returns the path so far.
func (b pathBuilder) String() string { return string(b) }

// add writes one segment more, with the escapes that it must have.
func (b *pathBuilder) add(segment string) {
	text := append(*b, '/')
	for i := range len(segment) {
		if c := segment[i]; plain[c] {
			text = append(text, c)
		} else {
			text = append(text, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	*b = text
}

// plain are the characters that a segment has as they are: those of RFC 3986 section 3.3
// (pchar) without the semicolon, which is ambiguous, and the quote, which is trouble in
// logs and shells.
var plain = func() (is [256]bool) {
	for c := range 256 {
		is[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c < 0x80 && strings.IndexByte("-._~!$&()*+,=:@", byte(c)) >= 0
	}
	return is
}()

// isPlain reports whether a segment has such characters alone.
func isPlain(segment string) bool {
	for i := range len(segment) {
		if !plain[segment[i]] {
			return false
		}
	}
	return true
}

// maxParameters bounds how many parameters a query has: parsers stop at different ones.
const maxParameters = 1000

// CheckQuery refuses a query that parsers read in two ways, or that carries a token. It
// is passed on as it is. Its error is Malformed.
func CheckQuery(raw string) error {
	if raw == "" {
		return nil
	}
	if len(raw) > MaxPath {
		return badQuery("The query is too long.")
	}
	if strings.Count(raw, "&")+strings.Count(raw, ";") >= maxParameters {
		return badQuery("The query has too many parameters.")
	}
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c >= 0x7f || c == '#' || c == '\\' {
			return badQuery("The query has a character that must be escaped.")
		}
	}
	return checkParameters(raw)
}

// checkParameters refuses broken escapes, those of control characters, and tokens:
// queries are kept in logs and histories (RFC 9700 section 4.3.2).
func checkParameters(raw string) error {
	for part := range strings.FieldsFuncSeq(raw, func(c rune) bool { return c == '&' || c == ';' }) {
		name, _, _ := strings.Cut(part, "=")
		for i := 0; i < len(part); i++ {
			if part[i] != '%' {
				continue
			}
			if len(part) < i+3 || hexDigit(part[i+1]) < 0 || hexDigit(part[i+2]) < 0 {
				return badQuery("The query has a broken escape.")
			}
			if c := hexDigit(part[i+1])<<4 | hexDigit(part[i+2]); c == 0 || c == '\r' || c == '\n' {
				return badQuery("The query has an escaped control character.")
			}
		}
		if plainName, err := unescape(name); err == nil && letters(plainName) == "accesstoken" {
			return badQuery("An access token does not belong in the query.")
		}
	}
	return nil
}

// letters are those of a name, small: frameworks take access.token, access_token[] and
// +access_token for the same.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}
