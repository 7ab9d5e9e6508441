package gate

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// segment is one part of a pattern: a text, or a capture.
type segment struct {
	text    string
	capture string // its name, "" for a text
	rest    bool   // takes all that is left, one segment at least or the empty one
}

// pattern is which paths a route takes.
type pattern []segment

// parsePattern reads a pattern. Its texts are decoded: each may be written in the one
// spelling only, so that no two patterns are the same and look different.
func parsePattern(text string) (pattern, error) {
	if !strings.HasPrefix(text, "/") || len(text) > MaxPath || strings.Count(text, "/") > MaxSegments {
		return nil, fmt.Errorf("must begin with a slash and have at most %d segments", MaxSegments)
	}
	parts := strings.Split(text[1:], "/")
	p := make(pattern, 0, len(parts))
	var names []string
	for i, part := range parts {
		s, err := parseSegment(part)
		switch {
		case err != nil:
			return nil, err
		case s.rest && i < len(parts)-1:
			return nil, fmt.Errorf("has {%s...} before its end", s.capture)
		case s.capture == "" && s.text == "" && i < len(parts)-1:
			return nil, fmt.Errorf("has an empty segment")
		case s.capture != "" && slices.Contains(names, s.capture):
			return nil, fmt.Errorf("has {%s} twice", s.capture)
		}
		names = append(names, s.capture)
		p = append(p, s)
	}
	return p, nil
}

func parseSegment(part string) (segment, error) {
	if !strings.ContainsAny(part, "{}") {
		path, err := ParsePath("/" + part)
		if err != nil || path.text != "/"+part {
			return segment{}, fmt.Errorf("has the segment %q, which no request is spelled like", part)
		}
		if mixed(path.segments[0]) {
			return segment{}, fmt.Errorf("has the segment %q with letters of more than one script, of which some look alike", part)
		}
		return segment{text: path.segments[0]}, nil
	}
	name, ok := captureIn(part)
	s := segment{capture: name}
	if before, rest := strings.CutSuffix(name, "..."); rest {
		s.capture, s.rest = before, true
	}
	if !ok || !isCaptureName(s.capture) {
		return segment{}, fmt.Errorf("has %q; a capture is a whole segment, such as {id}, or {rest...} at the end", part)
	}
	return s, nil
}

// mixed reports whether a text has letters of two of the scripts in which some look the
// same.
func mixed(text string) bool {
	var seen *unicode.RangeTable
	for _, r := range text {
		for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee} {
			if !unicode.Is(script, r) {
				continue
			}
			if seen != nil && seen != script {
				return true
			}
			seen = script
		}
	}
	return false
}

// captureIn returns what is in the braces around a text.
func captureIn(text string) (name string, ok bool) {
	name, open := strings.CutPrefix(text, "{")
	name, closed := strings.CutSuffix(name, "}")
	return name, open && closed
}

func isCaptureName(name string) bool {
	return name != "" && len(name) <= 64 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// names are the captures of p, in their order.
func (p pattern) names() (all []string) {
	for _, s := range p {
		if s.capture != "" {
			all = append(all, s.capture)
		}
	}
	return all
}

// whole reports whether a capture of that name stands for one segment.
func (p pattern) whole(name string) bool {
	return slices.ContainsFunc(p, func(s segment) bool { return s.capture == name && !s.rest })
}
