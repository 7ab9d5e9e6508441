package pdp

import (
	"fmt"
	"io"
	"net/http"

	"gatehouse/fault"
	"gatehouse/web"
)

// object is a JSON object as it was sent. Its members are looked up by their exact
// names: a member "Subject" is one that nobody asks for.
type object = map[string]any

// unreadable is a request whose form is wrong.
func unreadable(detail string) *fault.Error {
	return fault.New(fault.Malformed, "evaluation.json", detail)
}

// readBody reads the body of a request: one JSON object (Authorization API 1.0
// section 10.1, RFC 7493).
func readBody(r *http.Request) (object, error) {
	if !web.IsJSON(r.Header.Get("Content-Type")) {
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

// maxText bounds a text of a question, in bytes: a pattern of a condition may take 0.2 s
// over 250 KB, for each of the grants that have one.
const maxText = 8 << 10

// readObject reads one JSON object as web.ParseJSON does.
func readObject(body []byte) (object, error) {
	value, err := web.ParseJSON(body, maxText)
	if err != nil {
		return nil, unreadable("The body cannot be read as JSON: " + err.Error() + ".")
	}
	o, ok := value.(object)
	if !ok {
		return nil, unreadable("The body must be a JSON object.")
	}
	return o, nil
}
