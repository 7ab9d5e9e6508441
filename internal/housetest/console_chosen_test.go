package housetest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// What is done to several at once is asked first, for no more than a page of the list has, and of those
// to whom it was not done the answer says so and counts them out.
func TestWhatIsDoneToSeveralIsAskedBoundedAndToldOf(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	eve := s.Person("eve", gatetest.NoPassword)
	signed, _, err := s.House.Sessions.Create(t.Context(), gatetest.Console, eve.ID, nil)
	must(t, err)
	enabled := func() bool {
		u, err := s.House.Identity.User(t.Context(), id.UserOf(there["user"]))
		must(t, err)
		return !u.Disabled
	}
	granted := func() bool {
		g, err := s.House.Access.Grant(t.Context(), id.Grant(there["grant"]))
		must(t, err)
		return g.Revoked.IsZero()
	}
	signedIn := func() bool {
		return strings.Contains(string(s.call(s.boss, http.MethodGet, "/api/v1/users/"+string(eve.ID)+"/sessions", nil).Body), string(signed.ID))
	}
	for path, c := range map[string]struct {
		most    int
		one, no string // of these the second is not there
		do      []string
		still   func() bool // nothing was done to the first
	}{
		"/console/users/selected":    {200, there["user"], "usr_none", nil, enabled},
		"/console/sessions/selected": {200, string(signed.ID), "ses_none", nil, signedIn},
		"/console/grants/selected":   {50, there["grant"], "", []string{"revoke"}, granted},
		"/console/filters":           {50, "fil_none", "", nil, func() bool { return true }},
	} {
		list := strings.TrimSuffix(path, "/selected")
		form := url.Values{"form_token": {formToken(b.Get(list))}, "row": slices.Repeat([]string{c.one}, c.most+1)}
		if c.do != nil {
			form["do"] = c.do
		}
		form["confirmed"], form["reason"] = []string{"yes"}, []string{"x"}
		if page := b.Post(path, form); page.Status != http.StatusUnprocessableEntity || !c.still() {
			t.Errorf("%s with %d rows: %d, and nothing was done: %t", path, c.most+1, page.Status, c.still())
		}
		if path == "/console/filters" {
			continue // what somebody keeps for themselves is not asked about
		}
		form["row"] = []string{c.one}
		if c.no != "" {
			form["row"] = append(form["row"], c.no)
		}
		delete(form, "confirmed")
		if page := b.Post(path, form); page.Status != http.StatusOK || !c.still() {
			t.Errorf("%s before anybody was asked: %d, and nothing was done: %t", path, page.Status, c.still())
		}
		form["confirmed"] = []string{"yes"}
		page := b.Post(path, form)
		if page.Status != http.StatusOK || c.still() {
			t.Errorf("%s: %d, and nothing was done: %t", path, page.Status, c.still())
		}
		if c.no != "" && (!strings.Contains(page.Body, `id="not"`) && !strings.Contains(page.Body, `id="not-`) || !strings.Contains(page.Body, c.no)) {
			t.Errorf("%s does not tell what it did not do:\n%s", path, page.Body)
		}
	}
}

// What is taken along as a file is for whoever took it: no browser and no proxy keeps it.
func TestWhatIsTakenAlongIsKeptByNobodyElse(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for i, path := range []string{
		"/console/health/bundle", "/console/audit/export", "/console/audit/export?format=csv",
		"/console/import-reports/" + there["import"], "/console/import-reports/" + there["import"] + "?format=ndjson",
	} {
		page := b.Get(path).Is(http.StatusOK)
		if cache, as := page.Header.Get("Cache-Control"), page.Header.Get("Content-Disposition"); cache != "no-store" || !strings.HasPrefix(as, "attachment; filename=") {
			t.Errorf("%s: %q, %q", strconv.Itoa(i)+" "+path, cache, as)
		}
	}
}
