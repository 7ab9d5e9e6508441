package signin

import (
	"strings"
	"testing"
	"time"

	"gatehouse/flow"
	"gatehouse/web"
)

// carried is a sign-in of which nothing is stored, in so many characters.
func carried(step flow.Step, n int) flow.Entry {
	e := known(step)
	e.Interaction.Version, e.Interaction.Sealed = 0, strings.Repeat("s", n)
	return e
}

// What the browser carries goes into an address as long as it fits; then the page is
// shown where it was asked for, and its forms carry it.
func TestASignInTooLongForAnAddressIsShownWhereItStands(t *testing.T) {
	t.Parallel()
	for path, step := range pages {
		if path == "/signin/recovery" {
			continue // the same step as the code
		}
		for _, n := range []int{100, 2000, 9000} {
			h := &house{outcome: flow.Outcome{Entry: carried(step, n)}}
			w := newBrowser(t, h).post("/signin/select", "choice", "other")
			if n <= 2000 {
				leadsTo(t, w, path+"?i="+strings.Repeat("s", n))
				continue
			}
			wants(t, w, 200, `name="i" value="`+strings.Repeat("s", n)+`"`)
		}
	}
	h := &house{outcome: flow.Outcome{Entry: carried(flow.StepIssue, 9000)}}
	leadsTo(t, newBrowser(t, h).post("/signin/select", "choice", "current"), "/oauth2/authorize?i=int_a")
	if h.calls[len(h.calls)-1] != "keep" {
		t.Errorf("calls %q", h.calls)
	}
}

// What leads from one page of a step to another carries a sign-in that is too long for
// an address too, by a form, there and back; and nothing is tried by it.
func TestTheOtherWaysOfALongSignInCarryIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, button, to, says, back string
		step                         flow.Step
	}{
		{"/signin/factor", "recovery-code", "/signin/recovery", `id="recovery_code"`, "/signin/factor", flow.StepFactor},
		{"/signin", "forgot", "/signin/help", `id="back"`, "/signin", flow.StepSignIn},
	} {
		for _, n := range []int{100, 9000} {
			e := carried(c.step, n)
			h := &house{entry: e}
			b := newBrowser(t, h)
			link := c.to + "?i=" + e.Interaction.Sealed
			if n <= web.MaxLocation {
				wants(t, b.get(c.path+"?i="+e.Interaction.Sealed), 200, `href="`+link+`" id="`+c.button+`"`)
				wants(t, b.get(link), 200, c.says)
				continue
			}
			hidden := `name="i" value="` + e.Interaction.Sealed + `"`
			there := `action="` + c.to + `"`
			for _, step := range []struct{ path, says, form string }{
				{c.path, `type="submit" id="` + c.button + `"`, there}, {c.to, c.says, `action="` + c.back + `"`}, {c.back, `id="` + c.button + `"`, there},
			} {
				wants(t, b.post(step.path, "i", e.Interaction.Sealed, "show", "page"), 200, hidden, step.says, step.form)
			}
			for _, call := range h.calls {
				if call != "look" {
					t.Errorf("%s: %q was called", c.path, call)
				}
			}
		}
	}
}

// Back from the application leads to no second answer, but to the way there.
func TestComingBackToAFinishedSignInOffersTheApplication(t *testing.T) {
	t.Parallel()
	for path := range pages {
		e := known(flow.StepIssue)
		e.Interaction.Finished = time.Now()
		wants(t, newBrowser(t, &house{entry: e}).get(path+"?i=int_a"), 200, "You are signed in", "ada@example.com", `href="https://grafana.example.com/" id="continue"`)
		e.App.HomeURL = ""
		wants(t, newBrowser(t, &house{entry: e}).get(path+"?i=int_a"), 200, `href="/oauth2/authorize?i=int_a" id="continue"`)
		e.Decision.Step = flow.StepRefuse
		wants(t, newBrowser(t, &house{entry: e}).get(path+"?i=int_a"), 404, "This sign-in is over", "Start again", `href="/oauth2/authorize?redirect_uri=`)
	}
}
