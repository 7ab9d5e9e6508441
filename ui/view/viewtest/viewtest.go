// Package viewtest looks at pages as every page must be: well made, inert, with
// a policy that forbids what it does not need, and forms that carry their token.
package viewtest

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"gatehouse/fault"
	"gatehouse/picture"
	"gatehouse/ui/view"
	"gatehouse/ui/words/wordstest"
)

// Nodes returns all elements of a page in order.
func Nodes(t *testing.T, page []byte) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

// Attr returns an attribute of n, "" when it has none of that name.
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Has reports whether n has an attribute.
func Has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// Text returns the words in n, as they are read.
func Text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// FormToken is the token that sample pages carry, Interaction the sign-in that
// they are about.
const (
	FormToken   = "form-token"
	Interaction = "int_a"
)

// Icon is the logo of an application.
var Icon = func() string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		panic("viewtest: " + err.Error()) // a Buffer takes everything
	}
	icon, err := picture.Icon(b.Bytes())
	if err != nil {
		panic("viewtest: " + err.Error()) // it was written a line above
	}
	return icon
}()

var english = wordstest.English()

// Form is the form of a page that was not sent yet.
func Form() view.Form { return view.Form{Token: FormToken} }

// Wrong is the form of a page that came back with an alert about all of it.
func Wrong() view.Form {
	return view.Form{Token: FormToken, Wrong: fault.New(fault.Unauthenticated, "signin.wrong", "Email or password is wrong."), Whole: true}
}

// Broken is the form of a page that came back with alerts at its inputs.
func Broken() view.Form {
	return view.Form{Token: FormToken, Wrong: fault.New(fault.Invalid, "password.weak", "The password breaks a rule."), Fields: []fault.Field{
		{Name: "password", Problem: "is wrong"},
		{Name: "new_password", Problem: "has 5 characters; at least 12 are needed"},
		{Name: "email", Problem: "is not an email address"},
	}}
}

// Shown returns the answer that carries p.
func Shown(t *testing.T, p view.Page) *httptest.ResponseRecorder {
	t.Helper()
	return ShownBy(t, offering(view.NewPages("https://id.example.com")), p)
}

// offering returns pages that offer the choice of a language.
func offering(pages *view.Pages) *view.Pages {
	pages.FormToken = func(*http.Request) string { return FormToken }
	return pages
}

// ShownBy is Shown by pages of one's own.
func ShownBy(t *testing.T, pages *view.Pages, p view.Page) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := pages.Show(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	return w
}

// Crawl draws the pages of an area, in the states that draw differently, and
// looks at each. A page is named after itself, and after a comma its state.
func Crawl(t *testing.T, pages map[string]view.Page) {
	t.Helper()
	for name, p := range pages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := Shown(t, p)
			all := Nodes(t, w.Body.Bytes())
			checkFrame(t, all)
			checkHeadings(t, all)
			checkInputs(t, all)
			checkReferences(t, all)
			checkPolicy(t, p, w.Header())
			checkOnce(t, all)
			checkWords(t, p)
			for _, n := range all {
				checkInert(t, n)
				checkForm(t, n)
				checkSpaces(t, n)
			}
		})
	}
	checkTitles(t, pages)
}

// checkOnce looks whether a page that shows a secret offers something that leads away and back:
// the secret would be lost.
func checkOnce(t *testing.T, all []*html.Node) {
	t.Helper()
	secret := slices.ContainsFunc(all, func(n *html.Node) bool { return Attr(n, "data-testid") == "secret" })
	for _, n := range all {
		if action := Attr(n, "action"); secret && (action == "/language" || action == "/theme") {
			t.Errorf("a form to %s takes away what is shown once", action)
		}
	}
}

// checkFrame looks for the language, a title, one main part and a view that
// reflows (WCAG 2.2: 3.1.1, 2.4.2, 1.4.10).
func checkFrame(t *testing.T, all []*html.Node) {
	t.Helper()
	counts := map[string]int{}
	for _, n := range all {
		counts[n.Data]++
		switch {
		case n.Data == "html" && Attr(n, "lang") != english.Tag():
			t.Error("the page does not say its language")
		case n.Data == "title" && n.Parent.Data == "head" && !strings.HasSuffix(Text(n), view.Product):
			t.Errorf("title is %q", Text(n))
		case n.Data == "meta" && Attr(n, "name") == "viewport" && strings.Contains(Attr(n, "content"), "maximum-scale"):
			t.Error("the page forbids to zoom")
		case n.Data == "img" && !Has(n, "alt"):
			t.Error("an image has no alt")
		}
	}
	if counts["main"] != 1 || counts["h1"] != 1 {
		t.Errorf("%d main parts and %d h1, want one each", counts["main"], counts["h1"])
	}
}

// checkHeadings looks whether headings stand in order, and whether one below says again what the page is.
func checkHeadings(t *testing.T, all []*html.Node) {
	t.Helper()
	last, top := byte('0'), ""
	for _, n := range all {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		if n.Data[1] > last+1 {
			t.Errorf("heading %s %q comes after h%c", n.Data, Text(n), last)
		}
		if Text(n) == "" {
			t.Errorf("empty %s", n.Data)
		}
		if n.Data == "h1" {
			top = Text(n)
		} else if Text(n) == top {
			t.Errorf("%s %q says the h1 again", n.Data, top)
		}
		last = n.Data[1]
	}
}

// checkInputs wants a label for every input that shows, and a type for every
// button: one without would send the form.
func checkInputs(t *testing.T, all []*html.Node) {
	t.Helper()
	labels := map[string]bool{}
	for _, n := range all {
		if n.Data == "label" && Text(n) != "" {
			labels[Attr(n, "for")] = true
		}
	}
	for _, n := range all {
		switch n.Data {
		case "input":
			if Attr(n, "type") != "hidden" && !Has(n, "hidden") && !labels[Attr(n, "id")] {
				t.Errorf("input %q has no label", Attr(n, "name"))
			}
			if Attr(n, "type") == "password" && Attr(n, "value") != "" {
				t.Errorf("the page sends the password %q back", Attr(n, "name"))
			}
		case "select", "textarea":
			if !labels[Attr(n, "id")] {
				t.Errorf("%s %q has no label", n.Data, Attr(n, "name"))
			}
		case "button":
			if kind := Attr(n, "type"); kind != "submit" && kind != "button" {
				t.Errorf("button %q has type %q", Text(n), kind)
			}
			if Text(n) == "" {
				t.Error("a button says nothing")
			}
		}
	}
}

func checkReferences(t *testing.T, all []*html.Node) {
	t.Helper()
	ids := map[string]int{}
	for _, n := range all {
		if Has(n, "id") {
			ids[Attr(n, "id")]++
		}
	}
	for id, count := range ids {
		if count > 1 || id == "" {
			t.Errorf("id %q is there %d times", id, count)
		}
	}
	for _, n := range all {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for", "form", "popovertarget", "data-show", "data-copy"} {
			for _, id := range strings.Fields(Attr(n, name)) {
				if ids[id] == 0 {
					t.Errorf("%s of %s names %q, which is not there", name, n.Data, id)
				}
			}
		}
		if Attr(n, "aria-invalid") == "true" && Attr(n, "aria-describedby") == "" {
			t.Errorf("input %q is wrong and does not say why", Attr(n, "name"))
		}
	}
}

// ofApplications is above the pictures of applications, which the console shows from the very rows
// that the sign-in has them from.
const ofApplications = "/console/applications/"

// checkInert wants nothing inline that a policy would have to allow, and nothing
// from elsewhere (security checklist R09, R10).
func checkInert(t *testing.T, n *html.Node) {
	t.Helper()
	switch n.Data {
	case "style", "base", "iframe", "object", "embed":
		t.Errorf("the page holds <%s>", n.Data)
	case "script":
		if n.FirstChild != nil || !strings.HasPrefix(Attr(n, "src"), "/static/") {
			t.Error("a script is inline or from elsewhere")
		}
	case "link":
		if !strings.HasPrefix(Attr(n, "href"), "/static/") {
			t.Errorf("the page loads %q", Attr(n, "href"))
		}
	case "img":
		if src := Attr(n, "src"); !strings.HasPrefix(src, "/static/") && !strings.HasPrefix(src, ofApplications) && !picture.IsIcon(src) {
			t.Errorf("the page loads %q", src)
		}
	case "image": // in a drawing
		if !strings.HasPrefix(Attr(n, "href"), "/static/") {
			t.Errorf("the page loads %q", Attr(n, "href"))
		}
	}
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
		}
	}
}

// checkForm wants the token in every form that stays with us, and the sign-in in
// those that belong to one. A form that asks by GET changes nothing, and puts what it
// carries into the address: it has no token.
func checkForm(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Data != "form" {
		return
	}
	if Attr(n, "method") == "get" && strings.HasPrefix(Attr(n, "action"), "/") {
		if got := valueIn(n, "form_token"); got != "" {
			t.Errorf("the form to %q puts the token %q into the address", Attr(n, "action"), got)
		}
		return
	}
	if Attr(n, "method") != "post" {
		t.Errorf("a form has method %q", Attr(n, "method"))
	}
	own := strings.HasPrefix(Attr(n, "action"), "/") && !strings.HasPrefix(Attr(n, "action"), "/.gatehouse/") // the gate looks at the origin
	if got := valueIn(n, "form_token"); own != (got == FormToken) {
		t.Errorf("the form to %q carries the token %q", Attr(n, "action"), got)
	}
	interactive := strings.HasPrefix(Attr(n, "action"), "/signin") || Attr(n, "action") == "/consent"
	if interactive && valueIn(n, "i") != Interaction {
		t.Errorf("the form to %q does not say which sign-in it is for", Attr(n, "action"))
	}
}

func valueIn(form *html.Node, name string) string {
	for n := range form.Descendants() {
		if n.Data == "input" && Attr(n, "name") == name {
			return Attr(n, "value")
		}
	}
	return ""
}

// inline are the elements that stand in a line of text.
var inline = []string{"a", "b", "code", "small", "span", "strong", "time"}

// checkSpaces wants a space between a word and what follows it in a line: an expression of templ has
// none behind it where a component follows.
func checkSpaces(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Data != "p" && n.Data != "li" && n.Data != "dd" || strings.Contains(Attr(n, "class"), "about") {
		return
	}
	for c := n.FirstChild; c != nil && c.NextSibling != nil; c = c.NextSibling {
		next := c.NextSibling
		element, text := c, next
		if c.Type == html.TextNode {
			element, text = next, c
		}
		if element.Type != html.ElementNode || text.Type != html.TextNode || !slices.Contains(inline, element.Data) || strings.HasPrefix(Attr(element, "class"), "pill") {
			continue
		}
		before, after := ends(c, false), ends(next, true)
		if wordy(before) && wordy(after) {
			t.Errorf("in %q there is no space behind %q", Text(n), before)
		}
	}
}

// ends is the first or the last letter of what stands in n.
func ends(n *html.Node, first bool) rune {
	said := n.Data
	if n.Type == html.ElementNode {
		said = Text(n)
	}
	letter, _ := utf8.DecodeLastRuneInString(said)
	if first {
		letter, _ = utf8.DecodeRuneInString(said)
	}
	return letter
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// checkTitles wants a title of its own for every page of an area. Those of all
// areas are compared in the catalogue.
func checkTitles(t *testing.T, pages map[string]view.Page) {
	t.Helper()
	seen := map[string]string{}
	for name, p := range pages {
		kind, _, _ := strings.Cut(name, ",")
		if kind == "error" {
			continue // named after what went wrong
		}
		title := strings.TrimPrefix(string(p.Head(&english).Title), "Error: ")
		if other, ok := seen[title]; ok && other != kind {
			t.Errorf("%q and %q are both titled %q", kind, other, title)
		}
		seen[title] = kind
	}
}

func checkPolicy(t *testing.T, p view.Page, h http.Header) {
	t.Helper()
	if got := h.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	csp := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %q: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
		t.Errorf("the policy is weak: %s", csp)
	}
	if script := len(p.Head(&english).Scripts) > 0; strings.Contains(csp, "script-src 'self'") != script {
		t.Errorf("scripts: page %v, policy %s", script, csp)
	}
}

// FormActions wants the form-action directive of each named page to be what is
// given, "" for none. Chromium holds it against every redirect that follows a
// form: a sign-in for an application ends at the application, which may send the
// browser on to wherever it likes.
func FormActions(t *testing.T, pages map[string]view.Page, want map[string]string) {
	t.Helper()
	for name, want := range want {
		if got := formAction(Shown(t, pages[name]).Header()); got != want {
			t.Errorf("%s: form-action is %q, want %q", name, got, want)
		}
	}
}

func formAction(h http.Header) string {
	for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		if sources, ok := strings.CutPrefix(strings.TrimSpace(directive), "form-action"); ok {
			return strings.TrimSpace(sources)
		}
	}
	return ""
}
