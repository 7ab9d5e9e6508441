package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/house"
	"gatehouse/internal/crowd"
	"gatehouse/server"
)

// listedHouse is the house whose lists `make bench/lists` asks for: beside the people
// and their sessions 300,000 grants, and as many memberships.
func listedHouse(people int) crowd.Size {
	return crowd.Size{People: people, Sessions: people, Families: people, Others: people * 3 / 10, Events: people / 10, Revocations: 1000, Clients: 200, Everybody: true}
}

// asked is how often each page is asked for, and fast what it may take.
const (
	asked = 25
	fast  = 20 * time.Millisecond
)

// lists asks for the pages of every list that the document of the API has, through the
// handlers of a server in this process, and prints how long each took there.
func (b *bench) lists(backend string) error {
	storeURL := ""
	if backend == "postgres" {
		urls, err := growthDatabases()
		if err != nil || len(urls) == 0 {
			return err
		}
		storeURL = urls["full"]
	}
	size := listedHouse(*listed)
	s, err := b.grown("lists-"+backend, storeURL, size)
	if err != nil {
		return err
	}
	s.cfg.Limits.API.Enabled = false
	return s.withHouse(func(h *house.House) error { return measureLists(h, backend, size) })
}

func measureLists(h *house.House, backend string, size crowd.Size) error {
	l, err := newLister(h)
	if err != nil {
		return err
	}
	fmt.Printf("## Lists, %s\n\n%d people and sessions, %d grants and memberships; %d times each\n\n", backend, size.People, size.Others, asked)
	fmt.Print("| list | page | things | median, ms | slowest, ms |\n| --- | --- | --- | --- | --- |\n")
	var slow []error
	for _, one := range l.all {
		slow = append(slow, l.measure(one))
	}
	fmt.Println()
	return errors.Join(slow...)
}

// lister asks a server for lists.
type lister struct {
	handler http.Handler
	issuer  string
	key     string
	all     []listing
}

// listing is an operation that answers with pages.
type listing struct {
	id, path string
	whole    []url.Values // the list itself, with what it needs
	filters  []url.Values
}

func newLister(h *house.House) (*lister, error) {
	made, err := h.Access.CreateServiceAccount(background(), console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "lister"}, Role: access.Auditor,
	})
	if err != nil {
		return nil, err
	}
	if _, err := h.Access.CreateOrg(background(), console, access.OrgRecord{ID: crowdThings["organisation"]}); err != nil {
		return nil, err
	}
	looks := access.Pattern{API: access.Gatehouse, Resource: "groups", Action: "read"}
	if _, err := h.Access.CreateRole(background(), console, access.Role{ID: crowdThings["role"], Permissions: []access.Pattern{looks}}); err != nil {
		return nil, err
	}
	if err := grantHeld(h); err != nil {
		return nil, err
	}
	srv, err := server.New(h, server.Options{})
	if err != nil {
		return nil, err
	}
	if err := h.Feed.Step(background()); err != nil {
		return nil, err
	}
	l := &lister{handler: srv.Handler(), issuer: h.Config.Issuer, key: made.Text}
	l.all, err = listings()
	return l, err
}

// held are permissions of which few have one, half of all another, and all the third.
var held = access.API{ID: "held", Audience: "https://held.bench.test", Permissions: []access.Permission{
	{Resource: "things", Action: "few"}, {Resource: "things", Action: "half"}, {Resource: "things", Action: "all"},
}}

// fewHave is how many have what few have.
const fewHave = 20

func grantHeld(h *house.House) error {
	if _, err := h.Access.CreateAPI(background(), console, held); err != nil {
		return err
	}
	give := func(to access.Subject, action string) access.NewGrant {
		return access.NewGrant{Grant: access.Grant{
			Subject: to, Effect: access.Allow, Permission: access.Pattern{API: held.ID, Resource: "things", Action: action}, Where: access.Where{Place: access.Everywhere}, Reason: "bench",
		}}
	}
	all := []access.NewGrant{give(access.Subject{Kind: access.Group, ID: "half"}, "half"), give(access.Subject{Kind: access.Group, ID: "everybody"}, "all")}
	for i := range fewHave {
		all = append(all, give(access.Subject{Kind: access.User, ID: crowd.ID("usr_", 1+i*(*listed/fewHave))}, "few"))
	}
	_, err := h.Access.GiveAll(background(), console, all)
	return err
}

// crowdNeeds are the filters of which a list must have some, each time with one of these.
var crowdNeeds = map[string][]url.Values{
	"listHolders": {{"permission": {"held/things:few"}}, {"permission": {"held/things:half"}}, {"permission": {"held/things:all"}}},
}

// There is a thing of each kind in a crowd, by the part of a path that names it.
var crowdThings = map[string]string{
	"user": crowd.ID("usr_", 4321), "group": "group-7", "service": "service-7", "organisation": "acme", "client": "crowd-7", "role": "role-7",
}

// crowdFilters are values of filters with which something is found, by their names.
var crowdFilters = map[string]string{
	"search": "me", "email": crowd.Email(4321), "user": crowd.ID("usr_", 4321), "client": "crowd-7", "group": "group-7",
	"subject": "user:" + crowd.ID("usr_", 4321), "role": "role-7", "permission": "shop/orders:read", "org": "acme",
	"ends_before": "2100-01-01T00:00:00Z", "api": "gatehouse", "at": "2100-01-01T00:00:00Z", "thing": "42",
	"target": "session:ses_often", "resource": "session:ses_often", "actor": "person:usr_often", "action": "crowd.rare", "ip": "192.0.2.1",
	"since": "2026-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z",
	"ends_after": "2026-01-01T00:00:00Z", "signed_in_before": "2026-01-01T00:00:00Z", "created_by": "console:root", "audience": "https://id.example.test",
}

// crowdBeside are filters that another one needs.
var crowdBeside = map[string]url.Values{
	"sort=not_before": {"state": {"scheduled"}}, "sort=-not_before": {"state": {"scheduled"}},
}

// document is what this needs of the API's.
type document struct {
	Paths map[string]map[string]struct {
		ID         string `json:"operationId"`
		Parameters []struct {
			Name, In string
			Schema   struct {
				Type string
				Enum []any
			}
		}
	}
}

// listings are the lists of the document, each without a filter and with each one that
// there is a value for.
func listings() ([]listing, error) {
	text, err := admin.Document()
	if err != nil {
		return nil, err
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	var all []listing
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		op, reads := d.Paths[path]["get"]
		paged, lacks := false, ""
		one := listing{id: op.ID, path: path, whole: []url.Values{{}}}
		if needs := crowdNeeds[op.ID]; needs != nil {
			one.whole = needs
		}
		for _, p := range op.Parameters {
			switch {
			case p.In == "path" && crowdThings[p.Name] == "":
				lacks = p.Name
			case p.In == "path":
				one.path = strings.ReplaceAll(one.path, "{"+p.Name+"}", crowdThings[p.Name])
			case p.Name == "cursor":
				paged = true
			case p.Name == "limit" || p.Name == "fields" || one.whole[0].Has(p.Name):
			case len(p.Schema.Enum) > 0:
				for _, value := range p.Schema.Enum {
					one.filters = append(one.filters, url.Values{p.Name: {fmt.Sprint(value)}})
				}
			case p.Schema.Type == "boolean":
				one.filters = append(one.filters, url.Values{p.Name: {"true"}}, url.Values{p.Name: {"false"}})
			case crowdFilters[p.Name] != "":
				one.filters = append(one.filters, url.Values{p.Name: {crowdFilters[p.Name]}})
			case paged:
				fmt.Fprintf(os.Stderr, "bench: nobody says with which value the filter %s of %s finds something (crowdFilters)\n", p.Name, op.ID)
			}
		}
		for _, filter := range one.filters {
			maps.Copy(filter, crowdBeside[filter.Encode()])
			maps.Copy(filter, one.whole[0])
		}
		switch {
		case reads && paged && lacks != "":
			fmt.Fprintf(os.Stderr, "bench: %s is left out: a crowd has no %s (crowdThings)\n", op.ID, lacks)
		case reads && paged:
			all = append(all, one)
		}
	}
	return all, nil
}

// measure prints the rows of a list: its first and its hundredth page, and the first one
// with each filter.
func (l *lister) measure(one listing) error {
	var slow []error
	for _, filter := range one.whole {
		slow = append(slow, l.page(one, filter, "first"))
		at, n, err := l.hundredth(one, filter)
		if err != nil {
			return err
		}
		if n > 1 {
			slow = append(slow, l.page(one, at, fmt.Sprintf("%dth", n)))
		}
	}
	for _, filter := range one.filters {
		slow = append(slow, l.page(one, filter, "first"))
	}
	return errors.Join(slow...)
}

// hundredth goes to the hundredth page of a list, or to its last one.
func (l *lister) hundredth(one listing, filter url.Values) (at url.Values, n int, err error) {
	at = filter
	for n = 1; n < 100; n++ {
		_, page, err := l.ask(one, at)
		if err != nil || page.Next == "" {
			return at, n, err
		}
		at = maps.Clone(filter)
		at.Set("cursor", page.Next)
	}
	return at, n, nil
}

type page struct {
	Items []json.RawMessage
	Next  string
}

// ask asks for a page, and says how long the server took over it.
func (l *lister) ask(one listing, query url.Values) (took time.Duration, p page, err error) {
	r := httptest.NewRequest(http.MethodGet, l.issuer+one.path+"?"+query.Encode(), nil)
	r.Header.Set("Authorization", "Bearer "+l.key)
	out := httptest.NewRecorder()
	began := time.Now()
	l.handler.ServeHTTP(out, r)
	took = time.Since(began)
	if out.Code != http.StatusOK {
		return took, p, fmt.Errorf("%s: %d %s", r.URL, out.Code, out.Body)
	}
	return took, p, json.Unmarshal(out.Body.Bytes(), &p)
}

// page asks several times for one, and prints its row. It is an error that the median
// is not fast.
func (l *lister) page(one listing, query url.Values, which string) error {
	var took []time.Duration
	var p page
	for range asked {
		t, now, err := l.ask(one, query)
		if err != nil {
			return err
		}
		took, p = append(took, t), now
	}
	var filters []string
	for name := range query {
		if name != "cursor" {
			filters = append(filters, name+"="+query.Get(name))
		}
	}
	slices.Sort(filters)
	sorted := slices.Sorted(slices.Values(took))
	half, slowest := sorted[len(sorted)/2], sorted[len(sorted)-1]
	fmt.Printf("| %s | %s | %d | **%.2f** | %.2f |\n", one.id, said(filters, which), len(p.Items), millis(half), millis(slowest))
	if half > fast {
		return fmt.Errorf("%s %v: %v, want at most %v", one.id, filters, half, fast)
	}
	return nil
}

// said is which page it is, unless it is the first with some filters.
func said(filters []string, which string) string {
	if len(filters) == 0 {
		return which
	}
	return strings.TrimSuffix(strings.Join(filters, " ")+", "+which, ", first")
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }
