package viewtest

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/ui/words/wordstest"
	"gatehouse/web"
)

// Pseudo returns pages that speak English, and the pseudo language to whoever
// asks for it.
func Pseudo() *view.Pages {
	pages := offering(view.NewPages("https://id.example.com"))
	pages.Words = words.NewLanguages(wordstest.English(), wordstest.Pseudo())
	return pages
}

// InPseudo returns the answer that carries p in the pseudo language.
func InPseudo(t *testing.T, p view.Page) *httptest.ResponseRecorder {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", wordstest.PseudoTag.String())
	if err := Pseudo().Show(w, r, http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	return w
}

var latin = regexp.MustCompile(`[A-Za-z]+`)

// checkWords draws the page in a language without Latin letters. A word in such
// letters then comes from the data of the page, or past the catalogue.
func checkWords(t *testing.T, p view.Page) {
	t.Helper()
	w := InPseudo(t, p)
	tag := wordstest.PseudoTag.String()
	if w.Header().Get("Content-Language") != tag || w.Header().Get("Vary") != "Accept-Language" || !strings.Contains(w.Body.String(), `<html lang="`+tag+`">`) {
		t.Errorf("the page does not say its language: %v", w.Header())
	}
	data := latin.FindAllString(strings.Join(dataOf(reflect.ValueOf(p)), " ")+" "+view.Product, -1)
	for _, text := range Spoken(t, w.Body.String()) {
		for _, word := range latin.FindAllString(text, -1) {
			if !slices.Contains(data, word) {
				t.Errorf("%q of %q is not in the catalogue", word, text)
			}
		}
		if gaps := wordstest.Gaps(text); gaps != nil {
			t.Errorf("%q of %q are not filled", gaps, text)
		}
	}
}

// spoken are the attributes that are shown or read aloud.
var spoken = []string{"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "data-done", "data-failed", "data-says", "data-hide", "data-hide-label"}

// unsaid are the types of inputs whose value nobody sees.
var unsaid = []string{"hidden", "checkbox", "radio"}

// Spoken returns the texts that somebody sees or hears of a page, without scripts.
// What is marked as code is no word of any language, and what is marked as another language
// none of the page's.
func Spoken(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "code" && !foreign(n) {
			all = append(all, n.Data)
		}
		for _, a := range n.Attr {
			if slices.Contains(spoken, a.Key) || n.Data == "input" && a.Key == "value" && !slices.Contains(unsaid, Attr(n, "type")) {
				all = append(all, a.Val)
			}
		}
	}
	return all
}

var pseudo = wordstest.Pseudo()

// foreign reports whether n stands in an element of a language of its own.
func foreign(n *html.Node) bool {
	for a := range n.Ancestors() {
		if a.Data != "html" && Has(a, "lang") {
			return true
		}
	}
	return false
}

// dataOf returns the texts that a page was given. The sentence of a refusal that
// the catalogue has words for is none of them: it must not show.
func dataOf(v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		return []string{pseudo.Say(v.String())}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return dataOf(v.Elem())
		}
	case reflect.Slice:
		var all []string
		for i := range v.Len() {
			all = append(all, dataOf(v.Index(i))...)
		}
		return all
	case reflect.Map:
		var all []string
		for key, value := range v.Seq2() {
			all = append(append(all, dataOf(key)...), dataOf(value)...)
		}
		return all
	case reflect.Struct:
		var all []string
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Detail" || !hasWords(v) {
				all = append(all, dataOf(v.Field(i))...)
			}
		}
		return all
	}
	return nil
}

func hasWords(v reflect.Value) bool {
	switch v.Type() {
	case reflect.TypeFor[fault.Error](), reflect.TypeFor[web.ErrorPage]():
		return english.Faults[v.FieldByName("Code").String()].Detail != ""
	}
	return false
}
