package signin

import (
	"strings"
	"testing"
	"time"

	"gatehouse/flow"
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
