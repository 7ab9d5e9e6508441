package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deeply JSON that a program sends may be nested.
const maxDepth = 16

// ParseJSON reads one JSON value and nothing behind it, as encoding/json would into an
// any. What two readers could understand in two ways is an error: a name that comes
// twice, text that is no UTF-8 or has half a character, a number that a float64 cannot say
// exactly or that is 2^53 or beyond, and what is nested without end.
// No text in it is longer than longest, in bytes. The error may be told to who sent it.
func ParseJSON(text []byte, longest int) (any, error) {
	return parse(text, &walker{text: text, longest: longest})
}

// ParseJSONAsWritten does the same, and returns each number as a json.Number.
func ParseJSONAsWritten(text []byte, longest int) (any, error) {
	return parse(text, &walker{text: text, longest: longest, asWritten: true})
}

func parse(text []byte, w *walker) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	if !json.Valid(text) {
		return nil, errors.New("it is not well-formed")
	}
	return w.value(maxDepth)
}

// IsJSON reports whether a Content-Type is that of JSON, which has one charset only.
func IsJSON(contentType string) bool {
	const is = "application/json"
	if contentType == is { // as almost everybody writes it
		return true
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	charset := parameters["charset"]
	return err == nil && kind == is && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

// walker reads values of a text that is JSON and UTF-8, and sees what the library's
// reader would swallow.
type walker struct {
	text    []byte
	at      int
	longest int // of a text, as it is written

	asWritten bool // numbers are
}

var (
	errDeep = fmt.Errorf("it is nested more than %d deep", maxDepth)
	errHalf = errors.New("a text has half a character")
)

// next skips white space, and returns the byte behind it.
func (w *walker) next() byte {
	for {
		switch c := w.text[w.at]; c {
		case ' ', '\t', '\r', '\n':
			w.at++
		default:
			return c
		}
	}
}

// more skips a comma, and reports whether another member follows before end.
func (w *walker) more(end byte) bool {
	c := w.next()
	if c == ',' {
		w.at++
		return true
	}
	if c == end {
		w.at++
		return false
	}
	return true
}

func (w *walker) value(depth int) (any, error) {
	switch w.next() {
	case '{':
		return w.object(depth - 1)
	case '[':
		return w.array(depth - 1)
	case '"':
		return w.string()
	case 't':
		w.at += len("true")
		return true, nil
	case 'f':
		w.at += len("false")
		return false, nil
	case 'n':
		w.at += len("null")
		return nil, nil
	}
	return w.number()
}

func (w *walker) object(depth int) (any, error) {
	if depth < 0 {
		return nil, errDeep
	}
	o := map[string]any{}
	for w.at++; w.more('}'); {
		w.next()
		name, err := w.string()
		if err != nil {
			return nil, err
		}
		if _, twice := o[name]; twice {
			return nil, fmt.Errorf("the member %q is there twice", brief(name))
		}
		w.next() // a colon
		w.at++
		if o[name], err = w.value(depth); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (w *walker) array(depth int) (any, error) {
	if depth < 0 {
		return nil, errDeep
	}
	list := []any{}
	for w.at++; w.more(']'); {
		value, err := w.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

// string reads a text. What an unpaired surrogate would become is refused.
func (w *walker) string() (string, error) {
	begin, escaped := w.at, false
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	quoted := w.text[begin:w.at]
	if len(quoted) > w.longest+len(`""`) {
		return "", fmt.Errorf("a text is longer than %d bytes", w.longest)
	}
	if !escaped {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil || strings.ContainsRune(text, utf8.RuneError) {
		return "", errHalf
	}
	return text, nil
}

func (w *walker) number() (any, error) {
	begin := w.at
	for w.at < len(w.text) && strings.IndexByte("+-.0123456789eE", w.text[w.at]) >= 0 {
		w.at++
	}
	text := string(w.text[begin:w.at])
	n, err := ParseNumber(text)
	if w.asWritten {
		return json.Number(text), err
	}
	return n, err
}

// brief is text as an error may repeat it.
func brief(text string) string {
	if len(text) > 64 {
		return text[:64] + "…"
	}
	return text
}
