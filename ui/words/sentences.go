package words

import (
	"strconv"
	"strings"
	"time"
)

// Say returns what the house said in the words of c: a sentence, or what is wrong with an
// input. Moments in it are written as people read them. What the catalogue does not have stays as it
// was said.
func (c *Catalogue) Say(spoken string) string {
	if said, ok := c.Sentences[Phrase(spoken)]; ok {
		return string(said)
	}
	pattern, values := c.sentence(spoken)
	if pattern == "" {
		return spoken
	}
	for i, v := range values {
		if v.Gap == Problem || v.Gap == More {
			values[i].Text = c.Say(v.Text)
		} else if at, err := time.Parse(time.RFC3339, v.Text); err == nil {
			values[i].Text = c.Second(at)
		}
	}
	return c.Sentences[pattern].Fill(values...)
}

// Wrong says what is wrong with what is called label. The label is quoted: a sentence goes on behind
// any one, whether it is many things or half a sentence.
func (c *Catalogue) Wrong(label, problem string) string {
	return c.Form.Problem.Fill(Label.Is(label), Problem.Is(c.Say(problem)))
}

// WrongAt is Wrong of a line of what is called label.
func (c *Catalogue) WrongAt(label string, line int, problem string) string {
	return c.Form.Line.Fill(Label.Is(label), N.Is(strconv.Itoa(line)), Problem.Is(c.Say(problem)))
}

// SayOf is Say for what is wrong with something that is named before it, by one word.
func (c *Catalogue) SayOf(spoken string) string {
	if said := c.Say(spoken); said != spoken {
		return said
	}
	name, rest, _ := strings.Cut(spoken, " ")
	return name + " " + c.Say(rest)
}

// sentence finds the pattern that says most of spoken, and what stands in its gaps.
func (c *Catalogue) sentence(spoken string) (found Phrase, values []Value) {
	for pattern := range c.Sentences {
		if !strings.Contains(string(pattern), "{") || len(pattern) < len(found) {
			continue
		}
		if all, ok := pattern.match(spoken); ok && (len(pattern) > len(found) || pattern < found) {
			found, values = pattern, all
		}
	}
	return found, values
}

// match is Fill backwards: what stands in the gaps of p if it says text.
func (p Phrase) match(text string) ([]Value, bool) {
	var values []Value
	open, rest := Gap(""), text
	for words, gap := range p.Parts {
		at := 0
		switch {
		case gap == "" && open != "":
			at = len(rest) - len(words)
		case open != "":
			at = strings.Index(rest, words)
		}
		if at < 0 || !strings.HasPrefix(rest[at:], words) {
			return nil, false
		}
		if open != "" {
			values = append(values, open.Is(rest[:at]))
		}
		open, rest = gap, rest[at+len(words):]
	}
	return values, rest == ""
}
