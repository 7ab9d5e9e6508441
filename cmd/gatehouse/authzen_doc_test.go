package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/server"
)

var (
	docAnswer     = regexp.MustCompile("(?ms)^```(sh|json)\n(.*?)^```$")
	assignment    = regexp.MustCompile(`^([A-Z]+)=\$\((.*) \| jq -r \.(\w+)\)$`)
	variable      = regexp.MustCompile(`\$([A-Z]+)`)
	untilWhen     = regexp.MustCompile(`"until":"[^"]+"`)
	policyVersion = regexp.MustCompile(`"pv":\d+`)
)

// atShell are commands as somebody types them, with what was kept of their answers.
type atShell struct {
	*beside
	server http.Handler
	vars   map[string]string
}

// The page is what a programmer types: each of its requests is sent, one after the
// other, and answered as the page says.
func TestRequestsOfTheAuthZENPageAreAnsweredAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	s, err := server.New(b.house, server.Options{Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	p := &atShell{b, s.Handler(), map[string]string{}}
	shop, _, _ := strings.Cut(pageText(t, "access.md"), "## Take back")
	for _, m := range docBlock.FindAllStringSubmatch(shop, -1) {
		if m[1] == "sh" {
			p.all(m[2])
		}
	}
	requests, answers, last := 0, 0, ""
	for _, m := range docAnswer.FindAllStringSubmatch(pageText(t, "authzen.md"), -1) {
		if m[1] == "sh" {
			requests += strings.Count(m[2], "curl")
			last = p.all(m[2])
			continue
		}
		answers++
		got := policyVersion.ReplaceAllString(untilWhen.ReplaceAllString(last, `"until":"TIME"`), `"pv":N`)
		if bob := p.vars["BOB"]; bob != "" {
			got = strings.ReplaceAll(got, bob, "ID")
		}
		if got != strings.TrimSpace(m[2]) {
			t.Errorf("the page says\n%s\nand the answer is\n%s", m[2], got)
		}
	}
	if requests < 7 || answers < 4 {
		t.Errorf("%d requests and %d answers were found: they are looked for in the wrong way", requests, answers)
	}
}

func pageText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// all types the lines of a block, and returns what the last one prints.
func (p *atShell) all(block string) (printed string) {
	p.t.Helper()
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(block), "\\\n", " "), "\n") {
		printed = p.one(line)
	}
	return printed
}

func (p *atShell) one(line string) string {
	p.t.Helper()
	if m := assignment.FindStringSubmatch(line); m != nil {
		var answer map[string]any
		if err := json.Unmarshal([]byte(p.one(m[2])), &answer); err != nil {
			p.t.Fatalf("%s: %v", line, err)
		}
		value, _ := answer[m[3]].(string)
		if p.vars[m[1]] = value; value == "" {
			p.t.Fatalf("%s: there is no %s in %v", line, m[3], answer)
		}
		return ""
	}
	line = variable.ReplaceAllStringFunc(line, func(name string) string { return p.vars[name[1:]] })
	words := quotedWords(line)
	if words[0] == "curl" {
		return p.curl(words[1:])
	}
	code, stdout, stderr := p.try(words[1:]...)
	if words[0] != "gatehouse" || code != exitDone {
		p.t.Fatalf("%s: exit %d, %s", line, code, stderr)
	}
	if err := p.house.Feed.Step(p.t.Context()); err != nil { // a running server has it within a second
		p.t.Fatal(err)
	}
	return stdout
}

// quotedWords reads words and text in single or double quotes.
func quotedWords(line string) []string {
	var words []string
	word, quote, begun := "", rune(0), false
	for _, c := range line + " " {
		switch {
		case quote == 0 && c == ' ':
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		case quote == 0 && (c == '\'' || c == '"'):
			quote, begun = c, true
		case c == quote:
			quote = 0
		default:
			word, begun = word+string(c), true
		}
	}
	return words
}

// curl sends what curl would, and returns the body of the answer.
func (p *atShell) curl(words []string) string {
	p.t.Helper()
	var address, user string
	var data []string
	header := http.Header{}
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "-s":
		case "-u":
			i++
			user = words[i]
		case "-d":
			i++
			data = append(data, words[i])
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		default:
			address = words[i]
		}
	}
	body := strings.ReplaceAll(strings.Join(data, "&"), "https://id.example.com", p.house.Config.Issuer)
	r := httptest.NewRequest(http.MethodPost, strings.Replace(address, "https://id.example.com", p.house.Config.Issuer, 1), strings.NewReader(body))
	r.Header = header
	if name, secret, ok := strings.Cut(user, ":"); ok {
		r.SetBasicAuth(url.QueryEscape(name), url.QueryEscape(secret))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	p.server.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		p.t.Fatalf("curl %s: %d %s", address, w.Code, w.Body)
	}
	return w.Body.String()
}
