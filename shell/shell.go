// Package shell writes commands that people copy into a shell, and reads those that
// stand in our own documents. Nothing is run by it.
package shell

import (
	"fmt"
	"regexp"
	"strings"
)

// Line writes arguments as a POSIX shell reads them. Whatever is not plainly a word
// is quoted: some of it was chosen by others.
func Line(args ...string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if arg == "" || strings.ContainsFunc(arg, notPlain) {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

func notPlain(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:@%+,=", r)
}

// word is a word of a command, with text in double quotes anywhere in it, or a
// character that makes more of it.
var word = regexp.MustCompile("((?:\"[^\"$`\\\\]*\"|[^\\s\"'$`\\\\|;&<>])+)|(\\S)")

// Words reads one command as the shell would, as far as our documents use it:
// words, double quotes, and lines that go on after a backslash. An error names
// what is more than that.
func Words(line string) ([]string, error) {
	var words []string
	for _, m := range word.FindAllStringSubmatch(strings.ReplaceAll(line, "\\\n", " "), -1) {
		if m[2] != "" {
			return nil, fmt.Errorf("%q in the command is more than words and double quotes", m[2])
		}
		words = append(words, strings.ReplaceAll(m[1], `"`, ""))
	}
	return words, nil
}
