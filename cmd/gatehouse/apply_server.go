package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/apply"
	"gatehouse/fault"
	"gatehouse/web"
)

// keyVariable holds the key of a service account, or a token, for --server.
const keyVariable = "GATEHOUSE_KEY"

// serverFlags say which server elsewhere is meant.
type serverFlags struct{ url, key string }

func (f *serverFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "server", "", "the `URL` of a Gatehouse elsewhere, instead of the one of this machine; its key is in "+keyVariable+" or --key-file")
	cmd.Flags().StringVar(&f.key, "key-file", "", "a `file` with the key of a service account there; - for standard input")
}

// applier plans and applies sets: the house here, or a server elsewhere.
type applier interface {
	Plan(ctx context.Context, set apply.Set, o apply.Options) (*apply.Plan, error)
	Apply(ctx context.Context, set apply.Set, o apply.Options, digest string) (apply.Applied, error)
}

// here applies to the house of this machine, as the operator.
type here struct{ *apply.Service }

func (h here) Plan(ctx context.Context, set apply.Set, o apply.Options) (*apply.Plan, error) {
	return h.Service.Plan(ctx, operator(), set, o, nil)
}

func (h here) Apply(ctx context.Context, set apply.Set, o apply.Options, digest string) (apply.Applied, error) {
	return h.Service.Apply(ctx, operator(), set, o, nil, digest)
}

// elsewhere applies and exports over the API of a server.
type elsewhere struct {
	base string
	key  string
	http *http.Client
}

// maxAnswer bounds what a server may answer, in bytes.
const maxAnswer = 64 << 20

// elsewhere returns the server that is meant, and the key from where it lies.
func (a *app) elsewhere(f serverFlags) (elsewhere, error) {
	u, err := url.Parse(f.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !web.Loopback(u.Hostname())) {
		return elsewhere{}, usagef("--server must be the https address of a Gatehouse; http is for this machine only")
	}
	key := a.variable(keyVariable)
	if f.key != "" {
		b, err := a.read(f.key)
		if err != nil {
			return elsewhere{}, fmt.Errorf("read the key: %w", err)
		}
		key = string(b)
	}
	if key = strings.TrimSpace(key); key == "" {
		return elsewhere{}, usagef("--server needs a key: put that of a service account into %s, or into a file for --key-file", keyVariable)
	}
	client := &http.Client{Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the server leads elsewhere, and no key is sent there")
	}}
	return elsewhere{strings.TrimSuffix(f.url, "/"), key, client}, nil
}

func (a *app) variable(name string) string {
	for _, v := range a.env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

func (e elsewhere) Plan(ctx context.Context, set apply.Set, o apply.Options) (*apply.Plan, error) {
	var plan apply.Plan
	err := e.ask(ctx, apply.Request{Set: set.Name, Objects: set.Objects, Prune: o.Prune, Adopt: o.Adopt, Plan: true}, &plan)
	return &plan, err
}

func (e elsewhere) Apply(ctx context.Context, set apply.Set, o apply.Options, digest string) (done apply.Applied, err error) {
	err = e.ask(ctx, apply.Request{Set: set.Name, Objects: set.Objects, Prune: o.Prune, Adopt: o.Adopt, Digest: digest}, &done)
	return done, err
}

// Export implements exporter. All of the answer is read before the first object is told.
func (e elsewhere) Export(ctx context.Context, write func(o apply.Object) error) error {
	var out struct {
		Objects []apply.Object `json:"objects"`
	}
	if err := e.call(ctx, http.MethodGet, "/api/v1/export", nil, &out); err != nil {
		return err
	}
	for _, o := range out.Objects {
		if err := write(o); err != nil {
			return err
		}
	}
	return nil
}

func (e elsewhere) ask(ctx context.Context, in apply.Request, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write the set: %w", err)
	}
	return e.call(ctx, http.MethodPost, "/api/v1/apply", body, out)
}

func (e elsewhere) call(ctx context.Context, method, path string, body []byte, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, e.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+e.key)
	resp, err := e.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	if len(answer) > maxAnswer {
		return failed("apply.server", "the server's answer is larger than %d MiB", maxAnswer>>20)
	}
	if resp.StatusCode != http.StatusOK {
		return problemOf(resp.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the server's answer is none of a Gatehouse: %w", err)
	}
	return nil
}

// pointed are the objects of a set in a JSON Pointer, and lists in their fields.
var (
	pointed = regexp.MustCompile(`^#/objects/(\d+)`)
	item    = regexp.MustCompile(`/(\d+)(/|$)`)
)

// fieldNamed is the field that a pointer leads to, as the house here would name it.
func fieldNamed(pointer string) string {
	name := item.ReplaceAllString(pointed.ReplaceAllString(pointer, "objects[$1]"), "[$1]$2")
	return strings.ReplaceAll(strings.TrimPrefix(name, "#/"), "/", ".")
}

// problemOf is what a server said (RFC 9457), as if the house had said it here.
func problemOf(status int, answer []byte) error {
	var p struct {
		Type, Detail string
		Errors       []struct{ Pointer, Parameter, Detail string }
	}
	if err := json.Unmarshal(answer, &p); err != nil || p.Type == "" {
		return failed("apply.server", "the server answers %d %s, which is no answer of a Gatehouse", status, http.StatusText(status))
	}
	f := &fault.Error{Kind: fault.Conflict, Code: p.Type[strings.LastIndexByte(p.Type, '/')+1:], Detail: p.Detail}
	for _, one := range p.Errors {
		f.Fields = append(f.Fields, fault.Field{Name: fieldNamed(one.Pointer), Problem: one.Detail})
	}
	return f
}
