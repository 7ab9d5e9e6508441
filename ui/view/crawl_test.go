package view

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// nodes returns all elements of a page in order.
func nodes(t *testing.T, page []byte) []*html.Node {
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

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestEveryPageIsWellMade(t *testing.T) {
	t.Parallel()
	for name, p := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := nodes(t, shown(t, p).Body.Bytes())
			checkFrame(t, all)
			checkHeadings(t, all)
			checkInputs(t, all)
			checkReferences(t, all)
		})
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
		case n.Data == "html" && attr(n, "lang") != "en":
			t.Error("the page does not say its language")
		case n.Data == "title" && n.Parent.Data == "head" && !strings.HasSuffix(text(n), Product):
			t.Errorf("title is %q", text(n))
		case n.Data == "meta" && attr(n, "name") == "viewport" && strings.Contains(attr(n, "content"), "maximum-scale"):
			t.Error("the page forbids to zoom")
		case n.Data == "img" && !has(n, "alt"):
			t.Error("an image has no alt")
		}
	}
	if counts["main"] != 1 || counts["h1"] != 1 {
		t.Errorf("%d main parts and %d h1, want one each", counts["main"], counts["h1"])
	}
}

func checkHeadings(t *testing.T, all []*html.Node) {
	t.Helper()
	last := byte('0')
	for _, n := range all {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		if n.Data[1] > last+1 {
			t.Errorf("heading %s %q comes after h%c", n.Data, text(n), last)
		}
		if text(n) == "" {
			t.Errorf("empty %s", n.Data)
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
		if n.Data == "label" && text(n) != "" {
			labels[attr(n, "for")] = true
		}
	}
	for _, n := range all {
		switch n.Data {
		case "input":
			if attr(n, "type") != "hidden" && !has(n, "hidden") && !labels[attr(n, "id")] {
				t.Errorf("input %q has no label", attr(n, "name"))
			}
			if attr(n, "type") == "password" && attr(n, "value") != "" {
				t.Errorf("the page sends the password %q back", attr(n, "name"))
			}
		case "button":
			if kind := attr(n, "type"); kind != "submit" && kind != "button" {
				t.Errorf("button %q has type %q", text(n), kind)
			}
			if text(n) == "" {
				t.Error("a button says nothing")
			}
		}
	}
}

func checkReferences(t *testing.T, all []*html.Node) {
	t.Helper()
	ids := map[string]int{}
	for _, n := range all {
		if has(n, "id") {
			ids[attr(n, "id")]++
		}
	}
	for id, count := range ids {
		if count > 1 || id == "" {
			t.Errorf("id %q is there %d times", id, count)
		}
	}
	for _, n := range all {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for", "data-show", "data-copy"} {
			for _, id := range strings.Fields(attr(n, name)) {
				if ids[id] == 0 {
					t.Errorf("%s of %s names %q, which is not there", name, n.Data, id)
				}
			}
		}
		if attr(n, "aria-invalid") == "true" && attr(n, "aria-describedby") == "" {
			t.Errorf("input %q is wrong and does not say why", attr(n, "name"))
		}
	}
}

// Security checklist R09, R10: nothing inline that a policy would have to
// allow, nothing from elsewhere.
func TestNoPageBringsInlineCodeOrForeignParts(t *testing.T) {
	t.Parallel()
	for name, p := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range nodes(t, shown(t, p).Body.Bytes()) {
				checkInert(t, n)
			}
		})
	}
}

func checkInert(t *testing.T, n *html.Node) {
	t.Helper()
	switch n.Data {
	case "style", "base", "iframe", "object", "embed":
		t.Errorf("the page holds <%s>", n.Data)
	case "script":
		if n.FirstChild != nil || !strings.HasPrefix(attr(n, "src"), "/static/") {
			t.Error("a script is inline or from elsewhere")
		}
	case "link":
		if !strings.HasPrefix(attr(n, "href"), "/static/") {
			t.Errorf("the page loads %q", attr(n, "href"))
		}
	case "img":
		if !strings.HasPrefix(attr(n, "src"), "/static/") {
			t.Errorf("the page loads %q", attr(n, "src"))
		}
	}
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
		}
	}
}

func TestEveryFormOfOursCarriesItsToken(t *testing.T) {
	t.Parallel()
	for name, p := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range nodes(t, shown(t, p).Body.Bytes()) {
				if n.Data != "form" {
					continue
				}
				if attr(n, "method") != "post" {
					t.Errorf("a form has method %q", attr(n, "method"))
				}
				own := strings.HasPrefix(attr(n, "action"), "/")
				if got := valueIn(n, "form_token"); own != (got == "form-token") {
					t.Errorf("the form to %q carries the token %q", attr(n, "action"), got)
				}
				interactive := strings.HasPrefix(attr(n, "action"), "/signin") || attr(n, "action") == "/consent"
				if interactive && valueIn(n, "i") != "int_a" {
					t.Errorf("the form to %q does not say which sign-in it is for", attr(n, "action"))
				}
			}
		})
	}
}

func valueIn(form *html.Node, name string) string {
	for n := range form.Descendants() {
		if n.Data == "input" && attr(n, "name") == name {
			return attr(n, "value")
		}
	}
	return ""
}

func TestPagesHaveTitlesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, p := range samples(t) {
		kind, _, _ := strings.Cut(name, ",")
		if kind == "new codes" {
			kind = "codes" // the same page in another frame
		}
		if kind == "no apps" {
			kind = "apps"
		}
		if kind == "sign in again" {
			kind = "sign in"
		}
		if kind == "error" {
			continue // named after what went wrong
		}
		title := strings.TrimPrefix(p.head().title, "Error: ")
		if other, ok := seen[title]; ok && other != kind {
			t.Errorf("%q and %q are both titled %q", kind, other, title)
		}
		seen[title] = kind
	}
}
