package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gatehouse/config/internal/yamlfile"
)

// Problem is one thing that is wrong with the configuration.
type Problem struct {
	Source  Source
	Text    string // a sentence without its full stop: what is wrong, what would be right
	Excerpt string // of the file, with a caret; may be empty
}

// String returns the problem as it is printed.
func (p Problem) String() string {
	where := ""
	switch {
	case p.Source.Layer == File && p.Source.Line > 0:
		where = fmt.Sprintf("%s:%d:%d: ", p.Source.Name, p.Source.Line, p.Source.Column)
	case p.Source.Layer == File, p.Source.Layer == Environment, p.Source.Layer == CommandLine:
		where = p.Source.Name + ": "
	}
	s := where + p.Text
	if p.Excerpt != "" {
		s += "\n" + p.Excerpt
	}
	return s
}

// Error says everything that is wrong with the configuration.
type Error struct{ Problems []Problem }

// Error returns one problem after the other, each on lines of its own.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (l *loader) problem(src Source, text string) {
	p := Problem{Source: src, Text: text}
	if src.Layer == File && l.text != nil {
		p.Excerpt = l.text.excerpt(src.Line, src.Column)
	}
	l.problems = append(l.problems, p)
}

// text is the file by lines, for excerpts that show no secret.
type text struct {
	lines  []string
	hidden map[int]int // line → column from where it is hidden
	secret *regexp.Regexp
}

// newText returns s by lines. What follows the names of secrets is hidden wherever
// they stand: a file that cannot be parsed does not say which key a line belongs to.
func newText(s string, secrets []string) *text {
	t := &text{lines: strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), hidden: map[int]int{}}
	if len(secrets) > 0 {
		t.secret = regexp.MustCompile(`(?:^|[^\w])(?:` + strings.Join(secrets, "|") + `)["']?\s*:\s*`)
	}
	return t
}

// hide hides the value of a secret key that begins at line and column.
func (t *text) hide(line, column int, n ast.Node) {
	t.hidden[line] = column
	for i := range strings.Count(n.String(), "\n") {
		t.hidden[line+i+1] = 1
	}
}

const stars = "********"

func (t *text) line(n int) string {
	line := []rune(strings.ToValidUTF8(t.lines[n-1], "?"))
	if from, ok := t.hidden[n]; ok && from <= len(line) {
		return string(line[:from-1]) + stars
	}
	if t.secret != nil {
		if at := t.secret.FindStringIndex(string(line)); at != nil && at[1] < len(string(line)) {
			return string(line)[:at[1]] + stars
		}
	}
	return redact(string(line))
}

// excerpt draws a caret under the place, and the line before it.
func (t *text) excerpt(line, column int) string {
	return yamlfile.Excerpt(t.line, len(t.lines), line, column)
}
