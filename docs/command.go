package docs

import (
	"fmt"
	"regexp"
	"strings"
)

// word is a word of a command, with text in double quotes anywhere in it, or a
// character that makes more of it.
var word = regexp.MustCompile("((?:\"[^\"$`\\\\]*\"|[^\\s\"'$`\\\\|;&<>])+)|(\\S)")

// Command reads one command as the shell would, as far as these pages use it:
// words, double quotes, and lines that go on after a backslash. An error names
// what is more than that.
func Command(line string) ([]string, error) {
	var words []string
	for _, m := range word.FindAllStringSubmatch(strings.ReplaceAll(line, "\\\n", " "), -1) {
		if m[2] != "" {
			return nil, fmt.Errorf("%q in the command is more than words and double quotes", m[2])
		}
		words = append(words, strings.ReplaceAll(m[1], `"`, ""))
	}
	return words, nil
}
