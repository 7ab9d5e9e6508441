package pdp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"gatehouse/fault"
)

// object is a JSON object as it was sent. Its members are looked up by their exact
// names: a member "Subject" is one that nobody asks for.
type object = map[string]any

// maxDepth bounds how deeply a body is nested.
const maxDepth = 16

// unreadable is a request whose form is wrong.
func unreadable(detail string) *fault.Error {
	return fault.New(fault.Malformed, "evaluation.json", detail)
}

// readBody reads the body of a request: one JSON object (Authorization API 1.0
// section 10.1, RFC 7493).
func readBody(r *http.Request) (object, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, unreadable("The Content-Type must be application/json.")
	}
	if r.ContentLength > MaxBody {
		return nil, unreadable(fmt.Sprintf("The body is larger than %d KiB.", MaxBody>>10))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if len(body) > MaxBody {
		return nil, unreadable(fmt.Sprintf("The body is larger than %d KiB.", MaxBody>>10))
	}
	return readObject(body)
}

// readObject reads one JSON object and nothing behind it. What two readers could
// understand in two ways is refused: a name that comes twice, text that is no UTF-8 or
// has half a character, and what is nested without end.
func readObject(body []byte) (object, error) {
	if !utf8.Valid(body) {
		return nil, unreadable("The body is not UTF-8.")
	}
	p := parser{json.NewDecoder(bytes.NewReader(body))}
	value, err := p.value(maxDepth)
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return nil, unreadable("The body cannot be read as JSON: " + err.Error() + ".")
	}
	o, ok := value.(object)
	if !ok {
		return nil, unreadable("The body must be a JSON object.")
	}
	return o, nil
}

// parser reads values token by token, so that it sees what a map would swallow.
type parser struct{ *json.Decoder }

var (
	errSyntax = errors.New("it is not well-formed")
	errDeep   = fmt.Errorf("it is nested more than %d deep", maxDepth)
	errHalf   = errors.New("a text has half a character (U+FFFD)")
)

func (p parser) value(depth int) (any, error) {
	token, err := p.Token()
	if err != nil {
		return nil, errSyntax // what the library says quotes the body
	}
	switch t := token.(type) {
	case json.Delim:
		if depth == 0 {
			return nil, errDeep
		}
		if t == '{' {
			return p.object(depth - 1)
		}
		return p.array(depth - 1)
	case string:
		return t, whole(t)
	default:
		return t, nil
	}
}

// whole refuses what an unpaired surrogate has become.
func whole(text string) error {
	if strings.ContainsRune(text, utf8.RuneError) {
		return errHalf
	}
	return nil
}

func (p parser) object(depth int) (any, error) {
	o := object{}
	for p.More() {
		token, err := p.Token()
		if err != nil {
			return nil, errSyntax
		}
		name, ok := token.(string)
		if !ok {
			return nil, errSyntax
		}
		if err := whole(name); err != nil {
			return nil, err
		}
		if _, twice := o[name]; twice {
			return nil, fmt.Errorf("the member %q is there twice", brief(name))
		}
		if o[name], err = p.value(depth); err != nil {
			return nil, err
		}
	}
	return o, p.close()
}

func (p parser) array(depth int) (any, error) {
	list := []any{}
	for p.More() {
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, p.close()
}

func (p parser) close() error {
	if _, err := p.Token(); err != nil {
		return errSyntax
	}
	return nil
}

// end reports whether nothing follows.
func (p parser) end() error {
	if _, err := p.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}

// brief is text as an error may repeat it.
func brief(text string) string {
	if len(text) > 64 {
		return text[:64] + "…"
	}
	return text
}
