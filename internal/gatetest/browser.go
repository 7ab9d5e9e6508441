package gatetest

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Browser is a simple HTML client: it keeps cookies, follows redirects that
// stay at Gatehouse, and submits forms as they stand on the page.
type Browser struct {
	gate *Gate
	http *http.Client
	// Plain sends neither Origin nor Sec-Fetch-Site, as simple programs do; the
	// form's own token must then do.
	Plain bool
	// Agent is what the browser calls itself; empty: "gatetest".
	Agent string
	// From is the address that a proxy names (X-Forwarded-For); empty: none does.
	From string
	page *Page
}

// Page is what a browser shows.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   string
	// Out is where the browser was sent away from Gatehouse, nil when it stayed.
	Out *url.URL
	b   *Browser
}

// Browser returns a browser without cookies.
func (g *Gate) Browser() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		g.T.Fatal(err)
	}
	c := g.Client()
	c.Jar = jar
	return &Browser{gate: g, http: c}
}

// At returns the browser, with its cookies, as it talks to another replica.
func (b *Browser) At(g *Gate) *Browser {
	c := g.Client()
	c.Jar = b.http.Jar
	return &Browser{gate: g, http: c}
}

// Cookies returns the browser's cookies for the issuer.
func (b *Browser) Cookies() []*http.Cookie {
	u, _ := url.Parse(Issuer) // a constant
	return b.http.Jar.Cookies(u)
}

// Get opens a path or URL and follows redirects.
func (b *Browser) Get(target string) *Page {
	b.gate.T.Helper()
	return b.do(http.MethodGet, target, nil)
}

// Post sends a form to a path or URL as this browser, from a page of ours.
func (b *Browser) Post(target string, form url.Values) *Page {
	b.gate.T.Helper()
	return b.do(http.MethodPost, target, form)
}

func (b *Browser) do(method, target string, form url.Values) *Page {
	t := b.gate.T
	t.Helper()
	at := resolve(b.page, target)
	for range 12 {
		req, err := http.NewRequest(method, at.String(), body(form))
		if err != nil {
			t.Fatal(err)
		}
		b.dress(req, form)
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatalf("%s %s: %v", method, at, err)
		}
		p := b.read(resp, at)
		location := resp.Header.Get("Location")
		if location == "" || resp.StatusCode < 300 || resp.StatusCode > 399 {
			b.page = p
			return p
		}
		next, err := at.Parse(location)
		if err != nil {
			t.Fatalf("redirect to %q: %v", location, err)
		}
		if next.Host != at.Host {
			p.Out, b.page = next, p
			return p
		}
		method, form, at = http.MethodGet, nil, next
	}
	t.Fatalf("%s: too many redirects", target)
	return nil
}

func resolve(from *Page, target string) *url.URL {
	base, _ := url.Parse(Issuer + "/") // a constant
	if from != nil {
		base = from.URL
	}
	u, err := base.Parse(target)
	if err != nil {
		panic(fmt.Sprintf("gatetest: %q is no URL: %v", target, err))
	}
	return u
}

func body(form url.Values) io.Reader {
	if form == nil {
		return nil
	}
	return strings.NewReader(form.Encode())
}

func (b *Browser) dress(req *http.Request, form url.Values) {
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if !b.Plain && form != nil {
		req.Header.Set("Origin", Issuer)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.From != "" {
		req.Header.Set("X-Forwarded-For", b.From)
	}
	req.Header.Set("User-Agent", cmp.Or(b.Agent, "gatetest"))
	req.Header.Set("Accept", "text/html")
}

func (b *Browser) read(resp *http.Response, at *url.URL) *Page {
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		b.gate.T.Fatal(err)
	}
	said := strings.ReplaceAll(string(content), "<wbr>", "") // where a line may break, nothing is said
	return &Page{URL: at, Status: resp.StatusCode, Header: resp.Header, Body: said, b: b}
}

// Form is a form as it stands on a page, with the values it would send.
type Form struct {
	Method, Action string
	Values         url.Values
}

// Forms returns the page's forms in order.
func (p *Page) Forms() []Form {
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		p.b.gate.T.Fatalf("parse %s: %v", p.URL, err)
	}
	var forms []Form
	var walk func(n *html.Node, in *Form)
	walk = func(n *html.Node, in *Form) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "form":
				forms = append(forms, Form{Method: strings.ToUpper(attr(n, "method")), Action: attr(n, "action"), Values: url.Values{}})
				at := len(forms) - 1
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					walk(c, &forms[at])
				}
				return
			case "input":
				kind := attr(n, "type")
				if in != nil && attr(n, "name") != "" && kind != "submit" && kind != "button" && (kind != "checkbox" && kind != "radio" || has(n, "checked")) {
					in.Values.Add(attr(n, "name"), attr(n, "value"))
				}
			case "textarea":
				if in != nil && attr(n, "name") != "" {
					in.Values.Add(attr(n, "name"), within(n))
				}
			case "select":
				if in != nil && attr(n, "name") != "" {
					in.Values.Add(attr(n, "name"), chosen(n))
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(root, nil)
	return forms
}

// within is the text of an element.
func within(n *html.Node) string {
	var text strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			text.WriteString(c.Data)
		}
	}
	return text.String()
}

// chosen is the value of a list from which one is chosen: the first where none is selected.
func chosen(n *html.Node) string {
	value, found := "", false
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "option" && (!found || has(c, "selected")) {
			value, found = attr(c, "value"), true
		}
	}
	return value
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// Submit fills the first form that has all the named fields, adds the values,
// and sends it. Fields come in pairs: name, value.
func (p *Page) Submit(fields ...string) *Page {
	p.b.gate.T.Helper()
	for _, f := range p.Forms() {
		if !f.takes(fields) {
			continue
		}
		for i := 0; i < len(fields); i += 2 {
			f.Values.Set(fields[i], fields[i+1])
		}
		return p.b.send(p, f)
	}
	p.b.gate.T.Fatalf("%s (status %d) has no form with the fields of %v:\n%s", p.URL, p.Status, fields, p.Body)
	return nil
}

// takes reports whether the form has every field; names of buttons, which
// are not listed, are allowed when the form has nothing to fill in.
func (f *Form) takes(fields []string) bool {
	for i := 0; i < len(fields); i += 2 {
		if _, ok := f.Values[fields[i]]; !ok {
			return false
		}
	}
	return true
}

// Press sends the form whose markup holds a button with the name and value.
func (p *Page) Press(name, value string) *Page {
	p.b.gate.T.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		p.b.gate.T.Fatal(err)
	}
	index, found := -1, -1
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "form" {
			index++
		}
		if n.Type == html.ElementNode && n.Data == "button" && (attr(n, "id") == value && name == "" || name != "" && attr(n, "name") == name && attr(n, "value") == value) {
			found = index
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	if found < 0 {
		p.b.gate.T.Fatalf("%s (status %d) has no button %s=%s:\n%s", p.URL, p.Status, name, value, p.Body)
	}
	f := p.Forms()[found]
	if name != "" {
		f.Values.Set(name, value)
	}
	return p.b.send(p, f)
}

func (b *Browser) send(p *Page, f Form) *Page {
	b.gate.T.Helper()
	action := f.Action
	if action == "" {
		action = p.URL.String()
	}
	if f.Method == http.MethodPost {
		return b.do(http.MethodPost, action, f.Values)
	}
	return b.do(http.MethodGet, action+"?"+f.Values.Encode(), nil)
}

// Is fails the test unless the page has the status.
func (p *Page) Is(status int) *Page {
	p.b.gate.T.Helper()
	if p.Status != status {
		p.b.gate.T.Fatalf("%s: status %d, want %d:\n%s", p.URL, p.Status, status, p.Body)
	}
	return p
}

// Says fails the test unless the page holds the text.
func (p *Page) Says(text string) *Page {
	p.b.gate.T.Helper()
	if !strings.Contains(p.Body, text) {
		p.b.gate.T.Fatalf("%s does not say %q:\n%s", p.URL, text, p.Body)
	}
	return p
}

// At fails the test unless the browser stands at the path.
func (p *Page) At(path string) *Page {
	p.b.gate.T.Helper()
	if p.Out != nil || p.URL.Path != path {
		p.b.gate.T.Fatalf("the browser stands at %s (out: %v, status %d), want %s:\n%s", p.URL, p.Out, p.Status, path, p.Body)
	}
	return p
}

// SentTo fails the test unless the browser was sent to a URL that begins with
// prefix, and returns its query.
func (p *Page) SentTo(prefix string) url.Values {
	p.b.gate.T.Helper()
	if p.Out == nil || !strings.HasPrefix(p.Out.String(), prefix) {
		p.b.gate.T.Fatalf("the browser was sent to %v from %s (status %d), want %s…:\n%s", p.Out, p.URL, p.Status, prefix, p.Body)
	}
	return p.Out.Query()
}

// Answered fails the test unless the application at uri was sent an
// authorization response, and returns its parameters: from the query of a
// redirect, or from the form that posts itself (response_mode=form_post).
func (p *Page) Answered(uri string) url.Values {
	p.b.gate.T.Helper()
	if p.Out == nil && p.Status == http.StatusOK {
		for _, f := range p.Forms() {
			if f.Method == http.MethodPost && f.Action == uri {
				return f.Values
			}
		}
	}
	return p.SentTo(uri)
}

// SignIn fills the sign-in page, and the second step if the person has one.
func (p *Page) SignIn(who *Person) *Page {
	p.b.gate.T.Helper()
	next := p.At("/signin").Submit("email", who.Email, "password", who.Password)
	if who.Secret != "" && next.Out == nil && next.URL.Path == "/signin/factor" {
		next = next.Submit("code", who.Code())
	}
	return next
}

// Allow gives consent if the page asks for it.
func (p *Page) Allow() *Page {
	p.b.gate.T.Helper()
	if p.Out == nil && p.URL.Path == "/consent" {
		return p.Press("", "allow")
	}
	return p
}
