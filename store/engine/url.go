package engine

import (
	"net/url"
	"regexp"
	"strings"
)

const rightURL = `must be "sqlite:PATH" or "postgres://user:password@host:5432/database"`

// SQLite returns the path of the file that the URL of a database names, and whether
// it names one.
func SQLite(raw string) (path string, is bool) { return strings.CutPrefix(raw, "sqlite:") }

// URLProblem says what is wrong with the URL of a database, "" when nothing is.
// It never repeats the URL, which may hold a password.
func URLProblem(raw string) string {
	if path, ok := SQLite(raw); ok {
		return pathProblem(path)
	}
	rest, ok := strings.CutPrefix(raw, "postgres://")
	if !ok {
		rest, ok = strings.CutPrefix(raw, "postgresql://")
	}
	if !ok {
		return rightURL
	}
	if ambiguous(rest) {
		return "has an @, #, / or ? in the user name or password that is not escaped, so nobody can tell where the host begins; write @ as %40, # as %23, / as %2F, ? as %3F and % as %25"
	}
	if _, err := url.Parse(raw); err != nil {
		return "cannot be read as a URL; it " + rightURL + ", with special characters of the password percent-encoded"
	}
	return ""
}

// ambiguous reports whether what follows the scheme has an @ but the one before
// the host, or a fragment, which no address of a database has. The driver would
// connect elsewhere, with part of the password as the host's name.
func ambiguous(rest string) bool {
	if strings.Contains(rest, "#") || strings.Count(rest, "@") > 1 {
		return true
	}
	end := strings.IndexAny(rest, "/?")
	return end >= 0 && strings.Contains(rest[end:], "@")
}

// parameter is what other programs write behind the name of a SQLite file.
var parameter = regexp.MustCompile(`\?[A-Za-z_]+=`)

// pathProblem says what is wrong with the path of a SQLite file. There are no
// parameters: a file of their name would be made.
func pathProblem(path string) string {
	switch {
	case path == "":
		return `names no file; write "sqlite:PATH"`
	case parameter.MatchString(path):
		return `has parameters after its "?"; SQLite's file takes none here, write "sqlite:PATH"`
	case strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return `has a host; write "sqlite:PATH", with one slash before an absolute path`
	}
	return ""
}
