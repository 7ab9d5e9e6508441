package docs

import (
	"fmt"
	"regexp"
	"strings"
)

var word = regexp.MustCompile("\"([^\"$`\\\\]*)\"|([^\\s\"'$`\\\\|;&<>]+)|(\\S)")

// Command reads one command as the shell would, as far as these pages use it:
// words, double quotes, and lines that go on after a backslash. An error names
// what is more than that.
func Command(line string) ([]string, error) {
	var words []string
	for _, m := range word.FindAllStringSubmatch(strings.ReplaceAll(line, "\\\n", " "), -1) {
		if m[3] != "" {
			return nil, fmt.Errorf("%q in the command is more than words and double quotes", m[3])
		}
		words = append(words, m[1]+m[2])
	}
	return words, nil
}
