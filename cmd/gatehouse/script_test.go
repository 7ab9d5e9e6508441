package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httputil"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// hangs is how long something may take before it counts as one that never comes. It is
// no measure of speed: a busy machine takes long for much.
const hangs = 2 * time.Minute

// await fetches a URL until it answers with the status: await URL [STATUS [PATTERN]].
// With ! it wants nobody to listen there any more.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 || len(args) > 3 {
		ts.Fatalf("usage: await URL [STATUS [PATTERN]]")
	}
	status, pattern := 200, regexp.MustCompile("")
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		status = n
	}
	if len(args) > 2 {
		pattern = regexp.MustCompile(args[2])
	}
	var last string
	for deadline := time.Now().Add(hangs); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		code, body, err := fetch(args[0])
		if neg && err != nil {
			return
		}
		if !neg && err == nil && code == status && pattern.MatchString(body) {
			return
		}
		last = strconv.Itoa(code) + " " + body
		if err != nil {
			last = err.Error()
		}
	}
	ts.Fatalf("%s: at last %s", args[0], last)
}

func fetch(url string) (int, string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return 0, "", err
	}
	client := http.Client{Jar: jar, Timeout: hangs, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return resp.StatusCode, b.String(), nil
		}
	}
}

// grab puts a field of the last command's JSON into the environment:
// grab NAME key.0.key
func grab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: grab NAME PATH")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for part := range strings.SplitSeq(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			ts.Check(err)
			if i >= len(x) {
				ts.Fatalf("%s: there are %d", args[1], len(x))
			}
			v = x[i]
		}
	}
	s, ok := v.(string)
	if !ok || s == "" {
		ts.Fatalf("%s is %v", args[1], v)
	}
	ts.Setenv(args[0], s)
}

// bearer asks a URL with the token of a file, and checks status and answer:
// bearer URL FILE STATUS PATTERN
func bearer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: bearer URL FILE STATUS PATTERN")
	}
	req, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(ts.ReadFile(args[1])))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[2] || !regexp.MustCompile(args[3]).Match(body) {
		ts.Fatalf("%s answers %s: %s", args[0], resp.Status, body)
	}
}

// call asks with the token in a file, - for none, and checks status, headers and body;
// what was changed a moment ago may take a second to count:
// call METHOD URL FILE STATUS PATTERN [BODY]
func call(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 || len(args) > 6 {
		ts.Fatalf("usage: call METHOD URL FILE STATUS PATTERN [BODY]")
	}
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		asked := time.Since(begun)
		req, err := http.NewRequest(args[0], args[1], strings.NewReader(strings.Join(args[5:], "")))
		ts.Check(err)
		if args[2] != "-" {
			req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(ts.ReadFile(args[2])))
		}
		resp, err := http.DefaultClient.Do(req)
		ts.Check(err)
		answer, err := httputil.DumpResponse(resp, true)
		ts.Check(err)
		ts.Check(resp.Body.Close())
		if strconv.Itoa(resp.StatusCode) == args[3] && regexp.MustCompile(args[4]).Match(answer) {
			return
		}
		if asked > time.Second && resp.StatusCode != http.StatusServiceUnavailable || asked > hangs {
			ts.Fatalf("%s answers %s", args[1], answer)
		}
	}
}

// take posts a form with basic authentication, and checks the status:
// take URL USER PASSWORD STATUS FORM
func take(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: take URL USER PASSWORD STATUS FORM")
	}
	// The promise: what is asked a second later is answered by what is so now, or not at all.
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		asked := time.Since(begun)
		req, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(args[4]))
		ts.Check(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(args[1], args[2])
		resp, err := http.DefaultClient.Do(req)
		ts.Check(err)
		ts.Check(resp.Body.Close())
		if strconv.Itoa(resp.StatusCode) == args[3] {
			return
		}
		if asked > time.Second && resp.StatusCode != http.StatusServiceUnavailable || asked > hangs {
			ts.Fatalf("%s answers %s", args[0], resp.Status)
		}
	}
}
