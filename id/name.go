package id

// maxName is how long a name may be, in bytes.
const maxName = 32

// IsName reports whether a text may be what people call an API, a role, a group, an
// organisation or a service account: it begins with a small letter, and goes on with small
// letters, digits, - or _. So it means the same in a path, a header and a list.
func IsName(text string) bool {
	if text == "" || len(text) > maxName || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
