package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/oauth"
)

// decisions measures an evaluation from end to end, beside a bare server that does the
// least work which it can mean. The load driver knows forms only, so the load comes
// from here, the same for both.
func (b *bench) decisions() error {
	defer b.stopAll()
	bareURL, bare, err := b.bareHelper("-bare-decisions")
	if err != nil {
		return err
	}
	s, token, body, err := b.decidingSubject()
	if err != nil {
		return err
	}
	many := []byte(`{"subject":` + string(body[len(`{"subject":`):bytes.Index(body, []byte(`,"action"`))]) + `,"action":{"name":"read"},"evaluations":[` +
		strings.TrimSuffix(strings.Repeat(`{"resource":{"type":"shop/orders","id":"42"}},`, 20), ",") + `]}`)
	const base, one, batch = "bare evaluation", "gatehouse evaluation", "gatehouse evaluations, 20 at once"
	runs := map[string][]result{}
	for range *repeat {
		for _, load := range []load{
			{name: base, url: bareURL + "/evaluation", token: token, body: body, pid: bare},
			{name: one, url: s.url + "/access/v1/evaluation", token: token, body: body, pid: s.pid},
			{name: batch, url: s.url + "/access/v1/evaluations", token: token, body: many, pid: s.pid},
		} {
			r, err := load.run()
			if err != nil {
				return err
			}
			runs[load.name] = append(runs[load.name], r)
		}
	}
	results := map[string]result{}
	for name, list := range runs {
		slices.SortFunc(list, func(a, b result) int { return int(a.RPS - b.RPS) })
		results[name] = list[len(list)/2]
	}
	table("Decisions", results, [][2]string{{base, base}, {one, base}, {batch, base}})
	return nil
}

// serveBareDecisions knows one caller by the hash of its token, and one decision by
// what it is about.
func serveBareDecisions(address string) error {
	type question struct {
		Subject  struct{ Type, ID string }
		Action   struct{ Name string }
		Resource struct{ Type, ID string }
	}
	callers, mu := map[[32]byte]bool{}, sync.RWMutex{}
	granted := map[string]bool{"shop/orders:read": true}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	mux.HandleFunc("POST /evaluation", func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
		mu.RLock()
		known := callers[hash]
		mu.RUnlock()
		if !known { // the first one is who calls
			mu.Lock()
			callers[hash] = true
			mu.Unlock()
		}
		var q question
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"decision":%t}`, granted[q.Resource.Type+":"+q.Action.Name]) // the caller has gone if this fails
	})
	return http.ListenAndServe(address, mux)
}

// decidingSubject is a house with an API, a person who may read its orders, and a server
// of it; with that server's token, and its question.
func (b *bench) decidingSubject() (*subject, string, []byte, error) {
	cfg, err := b.configFor("decisions", "")
	if err != nil {
		return nil, "", nil, err
	}
	s := &subject{cfg: cfg}
	if err := s.seed(0, 1); err != nil {
		return nil, "", nil, fmt.Errorf("seed: %w", err)
	}
	who, err := s.seedShop()
	if err != nil {
		return nil, "", nil, fmt.Errorf("seed the policy: %w", err)
	}
	if err := b.serve(s); err != nil {
		return nil, "", nil, err
	}
	token, err := s.ownToken()
	body := []byte(`{"subject":{"type":"user","id":"` + who + `"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`)
	return s, token, body, err
}

func (s *subject) seedShop() (person string, err error) {
	h, err := house.Open(background(), s.cfg, quiet())
	if err != nil {
		return "", err
	}
	defer h.Close()
	u, err := h.Identity.UserByEmail(background(), email(0))
	if err != nil {
		return "", err
	}
	_, err = h.Access.CreateAPI(background(), console, access.API{
		ID: "shop", Audience: "https://shop.example.test", Permissions: []access.Permission{{Resource: "orders", Action: "read"}}, Servers: []string{s.clientID},
	})
	if err != nil {
		return "", err
	}
	_, err = h.Access.Give(background(), console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(u.ID)}, Effect: access.Allow, Where: access.Where{Place: access.Everywhere},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "to be measured",
	})
	return string(u.ID), err
}

// ownToken asks for a token for Gatehouse's own API.
func (s *subject) ownToken() (string, error) {
	return s.token(url.Values{"grant_type": {oauth.GrantClient}, "scope": {"api"}, "resource": {oauth.OwnAPI(s.cfg.Issuer)}})
}

// load is one thing to ask again and again, by 16 connections at once.
type load struct {
	name, url, token string
	body             []byte
	pid              int
}

const connections = 16

func (l load) run() (result, error) {
	long, err := time.ParseDuration(*duration)
	if err != nil {
		return result{}, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	if _, err := l.ask(client, time.Now().Add(300*time.Millisecond)); err != nil {
		return result{}, err
	}
	before, err := processorTime(l.pid)
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	took := make([][]time.Duration, connections)
	errs := make([]error, connections)
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() { took[i], errs[i] = l.ask(client, began.Add(long)) })
	}
	all.Wait()
	passed := time.Since(began)
	after, err := processorTime(l.pid)
	if err := errors.Join(append(errs, err)...); err != nil {
		return result{}, fmt.Errorf("%s: %w", l.name, err)
	}
	each := slices.Sorted(slices.Values(slices.Concat(took...)))
	ms := func(part float64) float64 { return each[int(part*float64(len(each)-1))].Seconds() * 1000 }
	return result{
		Name: l.name, Conc: connections, RPS: float64(len(each)) / passed.Seconds(), P50: ms(.5), P99: ms(.99),
		CPU: (after - before).Seconds() * 1e6 / float64(len(each)),
	}, nil
}

// ask asks until the time is over, and returns how long each answer took.
func (l load) ask(client *http.Client, until time.Time) (took []time.Duration, err error) {
	for time.Now().Before(until) {
		began := time.Now()
		req, err := http.NewRequest(http.MethodPost, l.url, bytes.NewReader(l.body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+l.token)
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !bytes.Contains(answer, []byte(`"decision":true`)) {
			return nil, fmt.Errorf("%d %s %w", resp.StatusCode, answer, err)
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

// processorTime is what a process has used, in user and system time together.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	hertz, err3 := exec.Command("getconf", "CLK_TCK").Output()
	ticks, err4 := strconv.ParseInt(strings.TrimSpace(string(hertz)), 10, 64)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return 0, err
	}
	return time.Duration(user+system) * time.Second / time.Duration(ticks), nil
}
