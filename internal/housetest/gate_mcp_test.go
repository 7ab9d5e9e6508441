package housetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// mcpRoutes have an MCP server that looks after the orders of the shop.
const mcpRoutes = gateRoutes + `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: tools}
spec:
  match: {hosts: [mcp.example.test], paths: ["/mcp"], methods: [POST, GET, DELETE]}
  authorize: {api: shop, permission: "orders:read"}
  mcp:
    resource: https://mcp.example.test/mcp
    scopes: [mcp.use]
    tools:
      - {match: ["search_*", get_order], permission: "orders:read"}
      - {match: [search_secrets], permission: "orders:refund"}
      - {match: [refund_order], permission: "orders:refund", scope: mcp.refund, id: order, arguments: [amount, owner_id]}
      - {match: [cancel_order], permission: "orders:read", scope: mcp.cancel, id: order}
  upstream: app
`

// toolServer is a small MCP server over streamable HTTP: it answers each call with what was
// asked for, as its own JSON reader takes it.
func toolServer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"jsonrpc":"2.0","id":1,"result":{"content":[]}}`)
}

type toolbox struct {
	*gated
	token string
}

func newToolbox(t *testing.T, scopes ...string) *toolbox {
	t.Helper()
	g := newGated(t)
	writeRoutes(t, g.folder, g.app, mcpRoutes)
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	g.app.answers(toolServer)
	app := g.customer(func(c *oauth.Client) { c.Scopes = append(c.Scopes, "mcp.use", "mcp.refund", "mcp.cancel") })
	return &toolbox{g, app.Tokens(g.Browser(), g.ada, "scope", strings.Join(append([]string{"openid"}, scopes...), " ")).Text("access_token")}
}

// post sends a message.
func (b *toolbox) post(t *testing.T, body string, header ...string) (status int, answer http.Header, text string) {
	t.Helper()
	all := append([]string{"Content-Type: application/json", "Accept: application/json, text/event-stream", fmt.Sprint("Content-Length: ", len(body))}, header...)
	if b.token != "" {
		all = append(all, bearer(b.token))
	}
	return b.raw(t, "POST /mcp HTTP/1.1\r\nHost: mcp.example.test\r\n"+strings.Join(all, "\r\n")+"\r\nConnection: close\r\n\r\n"+body)
}

// calls is a call of a tool.
func calls(tool string, arguments string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool, arguments)
}

// A client that knows nothing finds out whom to ask for a token, and for which scopes.
func TestAnMCPServerAtTheGateSaysHowToBeAsked(t *testing.T) {
	t.Parallel()
	b := newToolbox(t, "mcp.use")
	b.token = ""
	status, header, _ := b.post(t, calls("get_order", `{}`))
	const metadata = "https://mcp.example.test/.well-known/oauth-protected-resource/mcp"
	challenge := header.Get("WWW-Authenticate")
	if status != 401 || !strings.HasPrefix(challenge, "Bearer ") || !strings.Contains(challenge, `resource_metadata="`+metadata+`"`) || !strings.Contains(challenge, `scope="mcp.use"`) || strings.Contains(challenge, "error=") {
		t.Errorf("%d %s", status, challenge)
	}
	status, header, body := b.get(t, "mcp.example.test", strings.TrimPrefix(metadata, "https://mcp.example.test"))
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil || status != 200 || header.Get("Content-Type") != "application/json" || header.Get("Cache-Control") != "public, max-age=300" {
		t.Fatalf("%d %v %s", status, header, body)
	}
	if got := fmt.Sprintf("%v %v %v %v", m["resource"], m["authorization_servers"], m["scopes_supported"], m["bearer_methods_supported"]); got != "https://mcp.example.test/mcp ["+gatetest.Issuer+"] [mcp.use] [header]" {
		t.Error(got)
	}
	for path, host := range map[string]string{"/.well-known/oauth-protected-resource": "mcp.example.test", "/.well-known/oauth-protected-resource/mcp": "api.example.test"} {
		if status, _, _ := b.get(t, host, path); status != 404 {
			t.Errorf("%s at %s: %d", path, host, status)
		}
	}
	if status, _, _ := b.send(t, "POST", "mcp.example.test", "/.well-known/oauth-protected-resource/mcp", "Content-Length: 0"); status != 405 {
		t.Errorf("posted to: %d", status)
	}
	if seen := b.app.took(); len(seen) > 0 {
		t.Errorf("%+v reached the server", seen)
	}
}

// What a tool takes is decided by its name, by the scopes of the token, and by what the call
// is about; the client's token goes no further.
func TestToolsAtTheGateAreForWhoMayCallThem(t *testing.T) {
	t.Parallel()
	b := newToolbox(t, "mcp.use", "mcp.refund")
	expect := func(when, body string, want int, says string, header ...string) {
		t.Helper()
		status, answer, text := b.post(t, body, header...)
		if status != want || !strings.Contains(answer.Get("WWW-Authenticate")+text, says) {
			t.Errorf("%s: %d %s %s, want %d %s", when, status, answer.Get("WWW-Authenticate"), text, want, says)
		}
		seen := b.app.took()
		if (len(seen) == 1) != (want == 200) {
			t.Errorf("%s: %d requests reached the server", when, len(seen))
		}
		if len(seen) == 1 && (seen[0].Body != body || seen[0].Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(seen[0].Header), b.token)) {
			t.Errorf("%s: the server got %+v", when, seen[0])
		}
	}
	expect("initialize", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`, 200, "")
	expect("a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, 200, "")
	expect("listing", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, 200, "")
	expect("an answer", `{"jsonrpc":"2.0","id":1,"result":{}}`, 200, "")
	expect("a tool", calls("get_order", `{"order":"42"}`), 200, "")
	expect("one by its beginning", calls("search_orders", `{}`), 200, "")
	expect("the rule of its own name", calls("search_secrets", `{}`), 403, "shop/orders:refund")
	expect("a tool of no rule", calls("delete_everything", `{}`), 403, "gate.mcp_tool")
	expect("one in capitals", calls("Get_Order", `{}`), 403, "gate.mcp_tool")
	expect("a method of no use here", `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///etc/passwd"}}`, 403, "gate.mcp_method")
	expect("without its scope", calls("cancel_order", `{"order":"42"}`), 403, `error="insufficient_scope"`)
	expect("and all scopes that it takes", calls("cancel_order", `{"order":"42"}`), 403, `scope="mcp.use mcp.cancel"`)
	expect("without the right", calls("refund_order", `{"order":"42"}`), 403, "shop/orders:refund")
	b.gives(t, "orders:refund", access.Where{Place: access.Condition, Expression: `resource.id == "42" && resource.amount <= 100.0`})
	expect("by its arguments, unproved", calls("refund_order", `{"order":"42","amount":5}`), 401, "insufficient_user_authentication")
	expect("another order", calls("refund_order", `{"order":"43","amount":5}`), 403, "shop/orders:refund")
	expect("too much", calls("refund_order", `{"order":"42","amount":500}`), 403, "shop/orders:refund")
	expect("no amount", calls("refund_order", `{"order":"42"}`), 403, "shop/orders:refund")
	expect("an amount of a list", calls("refund_order", `{"order":"42","amount":[5]}`), 400, "gate.mcp_json")
	expect("an amount without end", calls("refund_order", `{"order":"42","amount":"`+strings.Repeat("5", 9<<10)+`"}`), 400, "gate.mcp_json")
	expect("no order", calls("refund_order", `{"amount":5}`), 400, "gate.mcp_json")
	b.gives(t, "orders:refund", access.Where{Place: access.Own})
	expect("whose it is, by their own word", calls("refund_order", `{"order":"43","amount":500,"owner_id":"`+string(b.ada.ID)+`"}`), 403, "shop/orders:refund")
	expect("from a page", calls("get_order", `{}`), 403, "gate.cross_site", "Origin: https://evil.test")
	for _, method := range []string{"GET", "DELETE"} {
		if status, _, body := b.send(t, method, "mcp.example.test", "/mcp", bearer(b.token)); status != 200 {
			t.Errorf("%s: %d %s", method, status, body)
		}
	}
}

// What the gate reads is what the server reads, whatever reader that has.
func TestMessagesThatServersReadDifferentlyStopAtTheGate(t *testing.T) {
	t.Parallel()
	b := newToolbox(t, "mcp.use")
	good := calls("get_order", `{"order":"42"}`)
	number := calls("get_order", `{"order":9007199254740991}`)
	const version = "Mcp-Protocol-Version: 2026-07-28"
	for name, c := range map[string]struct {
		body   string
		header []string
		want   int
		says   string
	}{
		"as it should be":                 {good, []string{version, "Mcp-Method: tools/call", "Mcp-Name: get_order", "Mcp-Param-Order: 42"}, 200, ""},
		"its name encoded without an end": {good, []string{version, "Mcp-Method: tools/call", "Mcp-Name: =?base64?Z2V0X29yZGVy"}, 400, "gate.mcp_headers"},
		"its name encoded in two ways":    {good, []string{version, "Mcp-Method: tools/call", "Mcp-Name: =?base64?Z2V0X29yZGVz?="}, 400, "gate.mcp_headers"},
		"its name encoded loosely":        {calls("a", `{}`), []string{version, "Mcp-Method: tools/call", "Mcp-Name: =?base64?YR==?="}, 400, "gate.mcp_headers"},
		"its name encoded":                {good, []string{version, "Mcp-Method: tools/call", "Mcp-Name: =?base64?Z2V0X29yZGVy?="}, 200, ""},
		"of before":                       {good, []string{"Mcp-Protocol-Version: 2025-11-25"}, 200, ""},
		"a name twice":                    {strings.Replace(good, `"name":"get_order"`, `"name":"get_order","name":"delete_everything"`, 1), nil, 400, "gate.mcp_json"},
		"a name in capitals":              {strings.Replace(good, `"name":"get_order"`, `"name":"get_order","Name":"delete_everything"`, 1), nil, 400, "gate.mcp_json"},
		"in capitals alone":               {strings.Replace(good, `"name":`, `"Name":`, 1), nil, 400, "gate.mcp_json"},
		"another letter of its own":       {strings.Replace(good, `"params":`, `"paramſ":{},"params":`, 1), nil, 400, "gate.mcp_json"},
		"an argument twice":               {calls("get_order", `{"order":"42","Order":"43"}`), nil, 400, "gate.mcp_json"},
		"a member too many":               {strings.Replace(good, `"id":1`, `"id":1,"Method":"ping"`, 1), nil, 400, "gate.mcp_json"},
		"a list of messages":              {"[" + good + "]", nil, 400, "gate.mcp_json"},
		"two messages":                    {good + good, nil, 400, "gate.mcp_json"},
		"another version":                 {strings.Replace(good, "2.0", "1.0", 1), nil, 400, "gate.mcp_json"},
		"no method":                       {`{"jsonrpc":"2.0","id":1}`, nil, 400, "gate.mcp_json"},
		"a method of no text":             {`{"jsonrpc":"2.0","id":1,"method":["tools/call"]}`, nil, 400, "gate.mcp_json"},
		"params of a list":                {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["get_order"]}`, nil, 400, "gate.mcp_json"},
		"deep":                            {calls("get_order", `{"a":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`), nil, 400, "gate.mcp_json"},
		"half a character":                {calls("get_order", `{"a":"\ud800"}`), nil, 400, "gate.mcp_json"},
		"no JSON":                         {"x", nil, 400, "gate.mcp_json"},
		"nothing":                         {"", nil, 400, "gate.mcp_json"},
		"compressed":                      {good, []string{"Content-Encoding: gzip"}, 400, "gate.mcp_json"},
		"too long":                        {calls("get_order", `{"a":"`+strings.Repeat("a", 1<<20)+`"}`), nil, 400, "gate.too_large"},
		"without headers":                 {good, []string{version}, 400, "-32020"},
		"another method":                  {good, []string{version, "Mcp-Method: ping", "Mcp-Name: get_order"}, 400, "-32020"},
		"another name":                    {good, []string{version, "Mcp-Method: tools/call", "Mcp-Name: refund_order"}, 400, "gate.mcp_headers"},
		"another name, of before":         {good, []string{"Mcp-Name: refund_order"}, 400, "-32020"},
		"two names":                       {good, []string{"Mcp-Name: get_order", "Mcp-Name: get_order"}, 400, "-32020"},
		"a name of nothing":               {`{"jsonrpc":"2.0","id":1,"method":"ping"}`, []string{"Mcp-Name: get_order"}, 400, "-32020"},
		"another argument":                {good, []string{"Mcp-Param-Order: 43"}, 400, "-32020"},
		"a number in a header":            {number, []string{"Mcp-Param-Order: 9007199254740991"}, 200, ""},
		"a header that is rounded":        {number, []string{"Mcp-Param-Order: 9007199254740991.4"}, 400, "-32020"},
		"a header of no JSON":             {number, []string{"Mcp-Param-Order: 0x1fffffffffffff"}, 400, "-32020"},
		"a power of two":                  {calls("get_order", `{"order":4503599627370496}`), []string{"Mcp-Param-Order: 0x1p52"}, 400, "-32020"},
		"a number in another way":         {calls("get_order", `{"order":100}`), []string{"Mcp-Param-Order: 1e2"}, 400, "-32020"},
		"an id beyond":                    {strings.Replace(good, `"id":1`, `"id":9007199254740993`, 1), nil, 400, "gate.mcp_json"},
	} {
		status, _, text := b.post(t, c.body, c.header...)
		if status != c.want || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d %s, want %d %s", name, status, text, c.want, c.says)
		}
		if seen := b.app.took(); (len(seen) == 1) != (c.want == 200) {
			t.Errorf("%s: %d requests reached the server", name, len(seen))
		}
	}
}

// What a call is decided by is what the server does it with: no number is rounded, and no
// argument has another name.
func TestWhatACallIsDecidedByIsWhatItDoes(t *testing.T) {
	t.Parallel()
	b := newToolbox(t, "mcp.use", "mcp.refund")
	for _, order := range []string{"42", "0", "1.5", "9007199254740991", "9007199254740992", "100"} {
		b.gives(t, "orders:refund", access.Where{Place: access.Condition, Expression: `resource.id == "` + order + `" && !(has(resource.amount) && resource.amount > 100.0)`})
	}
	const may, not, unclear = 401, 403, 400 // who may is asked for a proof
	for arguments, want := range map[string]int{
		`{"order":42}`: may, `{"order":"42"}`: may, `{"order":43}`: not, `{"order":0}`: may, `{"order":1.5}`: may, `{"order":9007199254740991}`: may, `{"order":"9007199254740993"}`: not,
		`{"order":9007199254740992}`: unclear, `{"order":9007199254740993}`: unclear, `{"order":9007199254740993.0}`: unclear, `{"order":-9007199254740993}`: unclear,
		`{"order":42.0}`: unclear, `{"order":4.2e1}`: unclear, `{"order":42e0}`: unclear, `{"order":-0}`: unclear, `{"order":42.00000000000000000001}`: unclear, `{"order":1e-400}`: unclear, `{"order":1e999}`: unclear,
		`{"order":42,"amount":100}`: may, `{"order":42,"amount":100.0}`: may, `{"order":42,"amount":1e2}`: may, `{"order":42,"amount":101}`: not, `{"order":42,"amount":0.1}`: may, `{"order":42,"amount":null}`: may,
		`{"order":42,"amount":100.000000000000001}`: unclear, `{"order":42,"amount":9007199254740993}`: unclear, `{"order":42,"amount":1e-400}`: unclear, `{"order":42,"other":[9007199254740993]}`: unclear,
		`{"order":42,"Amount":1000}`: unclear, `{"order":42,"AMOUNT":1000}`: unclear, `{"order":42,"Owner_ID":"x"}`: unclear, `{"order":"42","Order":"43"}`: unclear, `{"ORDER":42}`: unclear, `{"order":42,"other":1}`: may,
	} {
		status, _, text := b.post(t, calls("refund_order", arguments))
		if status != want || want == unclear && !strings.Contains(text, "gate.mcp_json") {
			t.Errorf("%s: %d %s, want %d", arguments, status, text, want)
		}
		if seen := b.app.took(); len(seen) > 0 {
			t.Errorf("%s reached the server", arguments)
		}
	}
}
