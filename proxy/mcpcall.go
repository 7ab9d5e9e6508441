package proxy

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/web"
)

// Codes of errors of JSON-RPC, and those of ours that they stand for.
const (
	codeRefused        = -32001
	codeInvalidRequest = -32600
	codeHeaderMismatch = -32020

	codeUnreadable = "gate.mcp_json"
	codeMismatch   = "gate.mcp_headers"
)

// call is a message to an MCP server.
type call struct {
	id       any // of the message, nil for a notification
	method   string
	name     string // of what it is about: a tool, a prompt or a resource
	scope    string
	resource access.Resource
}

// firstWithHeaders is the version of the protocol from which on the headers of a message
// must say what its body does.
const firstWithHeaders = "2026-07-28"

func unreadable(format string, args ...any) error {
	return fault.New(fault.Malformed, codeUnreadable, fmt.Sprintf(format, args...))
}

func mismatch(header string) error {
	return fault.New(fault.Malformed, codeMismatch, "The header "+header+" does not say what the body does.")
}

// readCall reads the message of a request, strictly: what the gate decides about must be
// what the server reads. What was read is what goes on. It returns the tool that is called,
// nil for none.
func (p *passage) readCall(route *gate.Route) (*gate.Tool, error) {
	body, err := p.readBody(route.Body)
	if err != nil {
		return nil, err
	}
	value, err := web.ParseJSONAsWritten(body, int(route.Body))
	if err != nil {
		return nil, unreadable("The message cannot be read: %s.", err)
	}
	message, ok := value.(map[string]any)
	if !ok {
		return nil, unreadable("The message must be one JSON object, and no list of them.")
	}
	if name := foldedTwice(message); name != "" {
		return nil, unreadable("The name %q is there in two spellings.", name)
	}
	c, arguments, err := readMessage(message)
	if err != nil {
		return nil, err
	}
	p.call = c
	if err := checkCallHeaders(p.r.Header, c, arguments); err != nil {
		return nil, err
	}
	if c.method != "" && !route.MCP.Methods[c.method] {
		return nil, fault.New(fault.Forbidden, "gate.mcp_method", "The method "+c.method+" is not for this server.")
	}
	if c.method != "tools/call" {
		return nil, nil
	}
	tool, ok := route.MCP.Tool(c.name)
	if !ok {
		return nil, fault.New(fault.Forbidden, "gate.mcp_tool", "The tool "+c.name+" is not for anybody here.")
	}
	return &tool, c.about(&tool, arguments)
}

func (p *passage) readBody(most int64) ([]byte, error) {
	if !web.IsJSON(p.r.Header.Get("Content-Type")) || len(p.r.Header["Content-Encoding"]) > 0 {
		return nil, unreadable("The message must be application/json, and not be encoded.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(&p.status, p.r.Body, most))
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge(large.Limit)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Malformed, codeUnreadable, "The message did not come to its end.")
	}
	p.r.Body, p.r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return body, nil
}

// members are the names that the protocol has where decisions look. A name of other letters
// is none; some servers take it for one.
var members = []string{"jsonrpc", "id", "method", "params", "result", "error"}

// named is which member of params says what a message is about.
var named = map[string]string{"tools/call": "name", "prompts/get": "name", "resources/read": "uri", "resources/subscribe": "uri", "resources/unsubscribe": "uri"}

func readMessage(m map[string]any) (*call, map[string]any, error) {
	for name := range m {
		if !slices.Contains(members, name) {
			return nil, nil, unreadable("A message has no %q.", name)
		}
	}
	method, isText := m["method"].(string)
	_, hasMethod := m["method"]
	if m["jsonrpc"] != "2.0" || hasMethod != (isText && method != "") || !hasMethod && m["result"] == nil && m["error"] == nil {
		return nil, nil, unreadable("This is no message of JSON-RPC 2.0.")
	}
	switch m["id"].(type) {
	case nil, string, json.Number:
	default:
		return nil, nil, unreadable("The id must be text or a number.")
	}
	c := &call{id: m["id"], method: method}
	params, isObject := m["params"].(map[string]any)
	if _, there := m["params"]; there && !isObject {
		return nil, nil, unreadable("params must be an object.")
	}
	about, asks := named[method]
	if !asks {
		return c, nil, nil
	}
	for name := range params {
		if (strings.EqualFold(name, about) || strings.EqualFold(name, "arguments")) && name != about && name != "arguments" {
			return nil, nil, unreadable("params has %q, which is no name but looks like one.", name)
		}
	}
	if c.name, isText = params[about].(string); !isText || c.name == "" || len(c.name) > 2<<10 {
		return nil, nil, unreadable("params.%s is missing.", about)
	}
	arguments, isObject := params["arguments"].(map[string]any)
	if _, there := params["arguments"]; there && !isObject {
		return nil, nil, unreadable("params.arguments must be an object.")
	}
	return c, arguments, nil
}

// foldedTwice returns a name that is there in two spellings in one object, "" for none: a
// reader that knows no capitals would take one for the other.
func foldedTwice(value any) string {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			if name := foldedTwice(one); name != "" {
				return name
			}
		}
	case map[string]any:
		seen := make(map[string]bool, len(v))
		for name, one := range v {
			if seen[folded(name)] {
				return name
			}
			seen[folded(name)] = true
			if inner := foldedTwice(one); inner != "" {
				return inner
			}
		}
	}
	return ""
}

// folded is a name for a reader that knows no capitals: ſ and K are letters of others, too.
func folded(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// maxArgument bounds a text that conditions ask for, in bytes, as that of a question is.
const maxArgument = 8 << 10

// about takes from the arguments what a decision may depend on.
func (c *call) about(t *gate.Tool, arguments map[string]any) error {
	c.scope = t.Scope
	c.resource.Attrs = map[string]any{}
	if name := lookalike(t, arguments); name != "" {
		return unreadable("There is an argument %q, which is no name but looks like one.", name)
	}
	for _, name := range t.Arguments {
		value, err := attribute(name, arguments[name])
		if err != nil {
			return err
		}
		if value != nil {
			c.resource.Attrs[name] = value
		}
	}
	if t.ID == "" {
		return nil
	}
	switch v := arguments[t.ID].(type) {
	case string:
		c.resource.ID = v
	case json.Number:
		if c.resource.ID = string(v); !shortest(v) {
			return unreadable("The argument %s is not in its one spelling.", t.ID)
		}
	}
	if c.resource.ID == "" || len(c.resource.ID) > 512 {
		return unreadable("The argument %s is missing.", t.ID)
	}
	return nil
}

// lookalike returns an argument that a server without capitals would take for one by which
// the gate decides, "" for none.
func lookalike(t *gate.Tool, arguments map[string]any) string {
	for _, name := range slices.Concat(t.Arguments, []string{t.ID}) {
		for other := range arguments {
			if name != "" && other != name && folded(other) == folded(name) {
				return other
			}
		}
	}
	return ""
}

// attribute is an argument as conditions ask for it, nil for one that is not there.
func attribute(name string, argument any) (any, error) {
	switch v := argument.(type) {
	case nil, bool:
		return v, nil
	case string:
		if len(v) > maxArgument {
			return nil, unreadable("The argument %s is longer than %d bytes.", name, maxArgument)
		}
		return v, nil
	case json.Number:
		return web.ParseNumber(string(v))
	}
	return nil, unreadable("The argument %s must be text, a number or a boolean.", name)
}

// shortest reports whether a number is written as an id is: 1e2 and 100.0 are 100, which is
// the name of one thing.
func shortest(n json.Number) bool {
	v, err := web.ParseNumber(string(n))
	return err == nil && n != "-0" && strconv.FormatFloat(v, 'f', -1, 64) == string(n)
}

// checkCallHeaders holds the headers of a message to its body: what stands before the
// server may go by them.
func checkCallHeaders(h http.Header, c *call, arguments map[string]any) error {
	strict := h.Get("Mcp-Protocol-Version") >= firstWithHeaders
	for name, want := range map[string]string{"Mcp-Method": c.method, "Mcp-Name": c.name} {
		values := h[name]
		if len(values) == 0 && (!strict || want == "") {
			continue
		}
		if len(values) != 1 || !saysSo(values[0], want) {
			return mismatch(name)
		}
	}
	for name, values := range h {
		if !strings.HasPrefix(name, "Mcp-Param-") {
			continue
		}
		if len(values) != 1 || !oneOf(arguments, values[0]) {
			return mismatch(name)
		}
	}
	return nil
}

// saysSo reports whether a header is a text, plain or in the protocol's encoding.
func saysSo(header, text string) bool {
	value, ok := decoded(header)
	return ok && value == text && text != ""
}

func decoded(header string) (string, bool) {
	inner, ok := strings.CutPrefix(header, "=?base64?")
	if !ok {
		return header, true
	}
	inner, ok = strings.CutSuffix(inner, "?=")
	text, err := base64.StdEncoding.Strict().DecodeString(inner)
	return string(text), ok && err == nil && utf8.Valid(text)
}

// oneOf reports whether a header is the value of one of the arguments. Of which one, the
// tool's own description says.
func oneOf(arguments map[string]any, header string) bool {
	value, ok := decoded(header)
	if !ok {
		return false
	}
	for _, v := range arguments {
		switch v := v.(type) {
		case string:
			ok = v == value
		case bool:
			ok = strconv.FormatBool(v) == value
		case json.Number:
			ok = string(v) == value // whoever goes by it may round it
		default:
			ok = false
		}
		if ok {
			return true
		}
	}
	return false
}
