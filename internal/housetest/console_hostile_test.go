package housetest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/net/html"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/flow"
	"gatehouse/internal/gatetest"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view/viewtest"
)

// written is what somebody has Gatehouse keep, in the forms that different rules let through.
type written struct {
	text string // a line of text
	name string // a line of at most 36 characters, without a colon
	word string // printable ASCII without spaces, quotation marks and backslashes
	box  string // what stands before the @ of an address
	path string // of an address of the web

	refused bool // by most rules
}

var harmless = written{text: "quite harmless", name: "quite harmless", word: "quite-harmless", box: "quite.harmless", path: "quite/harmless"}

// mark stands in each piece of hostile text that a page could take apart.
const mark = "zq9zq"

// corpus is what people write who want pages, files and programs to do something else with it.
var corpus = map[string]written{
	"markup": {
		text: `"'><img src=zq9zq onerror=zq9zq()></title></textarea></style><script>zq9zq()</script>&lt;b zq9zq&gt;{{zq9zq}}<!--zq9zq`,
		name: `"'><b id=zq9zq onclick=zq9zq()>`, word: `'><img/src=zq9zq/onerror=zq9zq()>{{zq9zq}}`, box: `'{{zq9zq}}onmouseover=zq9zq&lt`, path: `"'><img src=zq9zq onerror=zq9zq()>`,
	},
	"formulas and addresses of script": {
		text: `=HYPERLINK("javascript:zq9zq()?"&A1,"zq9zq")`, name: "@SUM(1+1)*cmd|' /C zq9zq'!A0", word: "javascript:zq9zq()", box: "=1+zq9zq|cmd'", path: "javascript:zq9zq()",
	},
	"what is turned around or not seen": {
		text: "zq9zq\u202etxt.exe\u2066\u200b", name: "zq9zq\u202etxt.exe", word: "zq9zq\u202etxt", box: "zq9zq\u202e", path: "zq9zq\u202etxt",
		refused: true,
	},
}

// C11: whatever somebody wrote stands on the pages as they wrote it. The pages of a house in which
// everything is called so, those of the console, of the sign-in and of the account, are made of what
// they are made of where everything has a harmless name; what was written is whole in a text or in the
// value of an attribute, and no address is one of script. What is taken along as a file is what its
// format says, and no cell of a table is a formula.
func TestWhatIsStoredStaysTextOnEveryPage(t *testing.T) {
	t.Parallel()
	usual := newMade()
	synctest.Test(t, func(t *testing.T) { lookAt(t, harmless, usual.add) })
	if usual.pages < 150 || len(usual.of) < 300 {
		t.Fatalf("%d pages are looked at, with %d kinds of elements", usual.pages, len(usual.of))
	}
	for name, w := range corpus {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				here := newMade()
				lookAt(t, w, here.add)
				for _, what := range slices.Sorted(maps.Keys(here.of)) {
					if _, known := usual.of[what]; !known {
						t.Errorf("%s has %s, as no harmless page has", here.of[what], what)
					}
				}
				if here.pages != usual.pages {
					t.Errorf("%d pages, and harmless %d", here.pages, usual.pages)
				}
			})
		})
	}
}

// made is what pages are made of, with a page that has it.
type made struct {
	of    map[string]string
	pages int
}

func newMade() *made { return &made{of: map[string]string{}} }

// add notes the elements of a page with what they stand in, and the names of their attributes.
func (m *made) add(page string, root *html.Node) {
	m.pages++
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		m.of[n.Parent.Data+" > "+n.Data] = page
		for _, a := range n.Attr {
			m.of[n.Data+" "+a.Key] = page
		}
	}
}

// lookAt opens the pages of a house in which everything is called so.
func lookAt(t *testing.T, w written, see func(page string, root *html.Node)) {
	t.Helper()
	h := &hostile{
		steering: newSteering(t, func(c *config.Config) {
			c.Limits.Bad.Enabled, c.Gate.Listen = false, "127.0.0.1:0"
			c.SignIn.Scopes = []flow.ScopeWords{{Name: "orders", Says: harmless.text + " o1"}}
			if flow.Config.Validate(flow.Config{MFA: c.SignIn.MFA, InteractionTTL: time.Hour, Fresh: time.Minute, Scopes: []flow.ScopeWords{{Name: "orders", Says: w.text}}}) == nil {
				c.SignIn.Scopes[0].Says = w.text + " o1"
			}
		}),
		w: w, see: see, back: backTo(w),
	}
	there := h.targets()
	h.ada = h.Person("ada", gatetest.TOTP, gatetest.Administrator)
	h.furnish(there)
	if h.refused > h.taken != w.refused {
		t.Errorf("it is taken %d times, and refused %d times", h.taken, h.refused)
	}
	h.open(there)
}

// hostile is a house in which somebody wrote w wherever it is taken.
type hostile struct {
	*steering
	w    written
	ada  *gatetest.Person // who looks at it, and is called so, too
	back *strings.Replacer
	see  func(page string, root *html.Node)

	taken, refused int // how often it was
}

// backTo makes harmless text of hostile one, in each form in which a page may rightly have it: as it
// is, in an address, in JSON, quoted in a sentence, in a command, and in two of these.
func backTo(w written) *strings.Replacer {
	once := []func(string) string{
		func(s string) string { return s }, url.QueryEscape, url.PathEscape,
		func(s string) string { u := url.URL{Path: "/" + s}; return strings.TrimPrefix(u.EscapedPath(), "/") },
		func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) },
		func(s string) string {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			_ = e.Encode(s) // a buffer takes everything
			return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
		},
		func(s string) string { q := strconv.Quote(s); return q[1 : len(q)-1] },
		func(s string) string { return strings.ReplaceAll(s, `'`, `'\''`) },
	}
	var forms []func(string) string
	for _, f := range once {
		for _, g := range once {
			forms = append(forms, func(s string) string { return f(g(s)) })
		}
	}
	pairs := map[string]string{}
	for _, f := range forms {
		for _, one := range [][2]string{{w.text, harmless.text}, {w.name, harmless.name}, {w.word, harmless.word}, {w.box, harmless.box}, {w.path, harmless.path}} {
			if _, known := pairs[f(one[0])]; !known {
				pairs[f(one[0])] = f(one[1])
			}
		}
	}
	var all []string
	for _, from := range slices.SortedFunc(maps.Keys(pairs), func(a, b string) int { return len(b) - len(a) }) {
		all = append(all, from, pairs[from])
	}
	return strings.NewReplacer(all...)
}

// open opens every page there is for somebody who may do everything, and those before it.
func (h *hostile) open(there map[string]string) {
	b := h.Browser()
	b.Agent = h.w.text + " u3"
	h.isolating(b, enterConsole(h.t, b, h.ada, "/console"))
	for _, pattern := range h.Server.Patterns() {
		path, get := strings.CutPrefix(pattern, "GET ")
		if !get || !strings.HasPrefix(path, guard.Root) && !strings.HasPrefix(path, "/account") || path == guard.PathSignIn || path == "/console/audit/tail" {
			continue
		}
		at := pathParts.ReplaceAllStringFunc(path, func(part string) string { return url.PathEscape(there[strings.Trim(part, "{}")]) })
		h.shown(path, b.Get(at))
		h.shown(path+" asked for it", b.Get(at+"?"+h.asking(h.w)))
	}
	for at, query := range h.questions() {
		h.shown(at+" "+query(harmless), b.Get(at+"?"+query(h.w)))
	}
	h.sessions(b)
	h.events(b, there)
	h.tail(b)
	h.signingIn(there)
}

// asking has each parameter that pages read say it.
func (h *hostile) asking(w written) string {
	q := url.Values{}
	for _, name := range []string{
		"q", "search", "done", "email", "uri", "member", "role", "subject", "kind", "org", "thing", "person", "parent", "on", "set", "list", "query", "for", "month", "days", "permission",
		"error", "error_description", "code", "state", "user", "who", "url", "resource", "client", "actor", "action", "ip", "since", "until", "sort", "api", "route", "hours", "at", "acr",
	} {
		q.Set(name, w.text)
	}
	return q.Encode()
}

// questions are those that find something.
func (h *hostile) questions() map[string]func(w written) string {
	of := func(pairs ...string) string {
		q := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		return q.Encode()
	}
	return map[string]func(w written) string{
		"/console/search":       func(w written) string { return of("q", w.text) },
		"/console/users":        func(w written) string { return of("search", w.text, "state", "active") },
		"/console/applications": func(w written) string { return of("search", w.text) },
		"/console/reach":        func(written) string { return of("permission", "target/things:read") },
		"/console/filters/new":  func(w written) string { return of("list", "users", "query", of("search", w.text)) },
		"/console/grants":       func(written) string { return of("state", "all") },
		"/console/audit":        func(written) string { return of("resource", "service:target") },
		"/console/routes/simulator": func(w written) string {
			return of("url", "https://a.test/things/"+url.PathEscape(w.word), "method", "GET")
		},
		"/console/permissions": func(written) string { return of("api", "target") },
		"/console/grants/new": func(w written) string {
			return of("kind", "user", "subject", w.box+"@example.test", "permission", "target/things:read")
		},
		"/console/roles/-/matrix":          func(written) string { return of("api", "target") },
		"/console/applications/target-app": func(written) string { return of("done", "saved") },
	}
}

var sessionPage = regexp.MustCompile(`/console/users/usr_\w+/sessions/ses_\w+`)

// sessions opens those of the browsers that call themselves so.
func (h *hostile) sessions(b *gatetest.Browser) {
	all := sessionPage.FindAllString(b.Get("/console/sessions").Body, -1)
	if len(all) == 0 {
		h.t.Error("the sessions lead nowhere")
	}
	for _, at := range slices.Compact(all) {
		h.shown("the session of a browser", b.Get(at))
	}
}

// events opens one event of each kind.
func (h *hostile) events(b *gatetest.Browser, there map[string]string) {
	seen := map[audit.Action]int{}
	all := eventsOf(h.t, h.Gate, "")
	for i := range all {
		if seen[all[i].Action]++; seen[all[i].Action] > 1 {
			continue
		}
		h.shown("the event "+string(all[i].Action), b.Get("/console/audit/"+string(all[i].ID)))
	}
	for _, format := range []string{"csv", "ndjson"} {
		h.shown("the export as "+format, b.Get("/console/audit/export?format="+format))
		h.shown("the report as "+format, b.Get("/console/imports/"+there["import"]+"/report?format="+format))
	}
}

// tail has what happens told as it happens.
func (h *hostile) tail(b *gatetest.Browser) {
	page := b.Get("/console/audit/live").Is(http.StatusOK)
	_, rest, _ := strings.Cut(page.Body, `data-live="`)
	from, _, _ := strings.Cut(rest, `"`)
	h.send("PATCH", "/api/v1/groups/desk", func(w written) any { return fields{"description": w.text + " g3"} })
	h.shown("the tail", b.Get(html.UnescapeString(from)))
}

// signingIn opens the pages that an application brings people to.
func (h *hostile) signingIn(there map[string]string) {
	b := h.Browser()
	b.Agent = h.w.text + " u4"
	q := url.Values{
		"response_type": {"code"}, "client_id": {there["client"]}, "redirect_uri": {gatetest.RedirectURI}, "scope": {"openid orders"}, "state": {h.w.text}, "login_hint": {h.w.text}, "nonce": {"nonce-nonce-nonce"},
	}
	ask := "/oauth2/authorize?" + q.Encode()
	page := b.Get(ask)
	h.shown("sign in", page)
	h.shown("sign in as nobody", page.Submit("email", h.w.box+"@nowhere.test", "password", "wrong"))
	h.shown("help", b.Get("/signin/help"))
	time.Sleep(time.Minute) // a code of the second step is good once
	page = b.Get(ask).Submit("email", h.ada.Email, "password", h.ada.Password)
	h.shown("second step", page)
	page = page.Submit("code", h.ada.Code())
	h.shown("consent", page)
	page.Press("", "allow")
	h.shown("account after consent", b.Get("/account/applications"))
	h.shown("sign out", b.Get("/signout"))
	h.shown("front page", b.Get("/"))
}

// shown looks at what came as an answer.
func (h *hostile) shown(name string, p *gatetest.Page) {
	h.t.Helper()
	if p.Status >= http.StatusInternalServerError {
		h.t.Errorf("%s: status %d", name, p.Status)
	}
	switch kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";"); {
	case p.Out != nil: // the answer to an application
	case kind == "text/html":
		h.guarded(name, p.Header)
		h.page(name, p.Body)
	case kind == "text/csv":
		h.noFormula(name, p.Body)
	case kind == "application/x-ndjson":
		for line := range strings.Lines(p.Body) {
			h.json(name, line)
		}
	case kind == "application/json", kind == "application/problem+json":
		h.json(name, p.Body)
	case kind == "application/yaml":
		h.yaml(name, p.Body)
	case kind == "text/event-stream":
		h.stream(name, p.Body)
	default:
		h.t.Errorf("%s is of the type %q", name, kind)
	}
}

// guarded holds a page to the headers by which a browser runs no script that stands in it.
func (h *hostile) guarded(name string, header http.Header) {
	h.t.Helper()
	csp := header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || header.Get("X-Content-Type-Options") != "nosniff" {
		h.t.Errorf("%s has the policy %q, and of its type %q", name, csp, header.Get("X-Content-Type-Options"))
	}
}

func (h *hostile) json(name, text string) {
	h.t.Helper()
	if !json.Valid([]byte(text)) {
		h.t.Errorf("%s has what is no JSON: %.200s", name, text)
	}
}

// yaml reads documents, and holds them to having what was written as the value of something.
func (h *hostile) yaml(name, text string) {
	h.t.Helper()
	for in := yaml.NewDecoder(strings.NewReader(text)); ; {
		var one any
		err := in.Decode(&one)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			h.t.Errorf("%s is no YAML: %v", name, err)
			return
		}
		said, _ := json.Marshal(one)
		h.whole(name, "document", string(said))
	}
}

// stream is events whose data are pieces of a page.
func (h *hostile) stream(name, body string) {
	h.t.Helper()
	for line := range strings.Lines(body) {
		field, data, _ := strings.Cut(strings.TrimRight(line, "\n"), ":")
		switch field {
		case "data":
			h.page(name, data)
		case "", "id", "event", "retry":
		default:
			h.t.Errorf("%s has the field %q", name, field)
		}
	}
}

// noFormula looks at each cell as a spreadsheet would.
func (h *hostile) noFormula(name, body string) {
	h.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		h.t.Errorf("%s has %d rows, %v", name, len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				h.t.Errorf("%s has the formula %q", name, cell)
			}
		}
	}
}

// page looks at the nodes of a page.
func (h *hostile) page(name, body string) {
	h.t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		h.t.Errorf("%s: %v", name, err)
		return
	}
	h.see(name, root)
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			h.element(name, n)
		case html.TextNode:
			h.text(name, n)
		case html.CommentNode:
			h.t.Errorf("%s has the comment %q", name, n.Data)
		}
	}
}

func (h *hostile) element(name string, n *html.Node) {
	h.t.Helper()
	h.whole(name, "name of an element", n.Data)
	for _, a := range n.Attr {
		h.whole(name, "name of an attribute of "+n.Data, a.Key)
		h.whole(name, n.Data+" "+a.Key, a.Val)
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
			h.t.Errorf("%s: an element %s has %s=%q", name, n.Data, a.Key, a.Val)
		}
		if slices.Contains([]string{"href", "src", "action", "formaction", "poster", "data", "srcset"}, a.Key) {
			h.address(name, n.Data+" "+a.Key, a.Val)
		}
	}
}

// address is one of the web by its whole, or one below ours: what has no scheme names no host, not even
// to a browser, which takes \ for /.
func (h *hostile) address(name, where, value string) {
	h.t.Helper()
	u, err := url.Parse(value)
	if err != nil || !slices.Contains([]string{"", "http", "https", "mailto"}, u.Scheme) {
		h.t.Errorf("%s: %s is %q", name, where, value)
		return
	}
	below := value == "" || strings.ContainsRune("/?#", rune(value[0])) && !strings.HasPrefix(value, "//") && !strings.HasPrefix(value, `/\`)
	if u.Scheme == "" && !below {
		h.t.Errorf("%s: %s leads elsewhere: %q", name, where, value)
	}
}

func (h *hostile) text(name string, n *html.Node) {
	h.t.Helper()
	h.whole(name, "text of "+n.Parent.Data, n.Data)
	if n.Parent.Data == "script" || n.Parent.Data == "style" {
		h.t.Errorf("%s has a %s with %q", name, n.Parent.Data, n.Data)
	}
	if strings.ContainsAny(n.Data, turning) && !h.isolated(n) {
		h.t.Errorf("%s: %q turns around what follows it in %s", name, n.Data, n.Parent.Data)
	}
}

// turning are the characters that turn text around until the element ends that isolates them.
const turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// isolating holds the style sheet of a page to ending at these elements what is turned around in them.
func (h *hostile) isolating(b *gatetest.Browser, p *gatetest.Page) {
	h.t.Helper()
	sheet := regexp.MustCompile(`href="(/static/[^"]+/app\.css)"`).FindStringSubmatch(p.Body)
	if sheet == nil {
		h.t.Fatalf("%s has no style sheet", p.URL)
	}
	if want := ":is(a, b, code, small, span, strong) { unicode-bidi: isolate; }"; !strings.Contains(b.Get(sheet[1]).Body, want) {
		h.t.Errorf("the style sheet does not say %s", want)
	}
}

// isolated reports whether nothing else stands in the element that isolates what a text turns around:
// one of those that isolating knows, or a block.
func (h *hostile) isolated(n *html.Node) bool {
	for at := n; ; at = at.Parent {
		for next := at.NextSibling; next != nil; next = next.NextSibling {
			if viewtest.Text(next) != "" || next.Type == html.TextNode && strings.TrimSpace(next.Data) != "" {
				return false
			}
		}
		if !slices.Contains([]string{"abbr", "em", "i", "ins", "del", "label", "time", "kbd", "q"}, at.Parent.Data) {
			return true
		}
	}
}

// whole holds what was written to standing somewhere as it was written, or not at all.
func (h *hostile) whole(name, where, text string) {
	h.t.Helper()
	if strings.HasPrefix(strings.TrimPrefix(text, "Copy "), "gatehouse ") {
		return // a command quotes each word for itself
	}
	if rest := h.back.Replace(text); strings.Contains(rest, mark) {
		h.t.Errorf("%s: %s has a piece of it: %q", name, where, rest)
	}
}
