package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words/wordstest"
	"gatehouse/web"
)

// speaks sends a request as it comes through the outer layer, and wants the
// answer to be in the language called tag.
func (b *browser) speaks(r *http.Request, tag string) string {
	b.t.Helper()
	w := b.do(r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_a"})))
	if got := w.Header().Get("Content-Language"); got != tag || !strings.Contains(w.Body.String(), `<html lang="`+tag+`">`) {
		b.t.Errorf("%s %s speaks %q, want %q:\n%s", r.Method, r.URL, got, tag, w.Body)
	}
	return w.Body.String()
}

func request(method, path, accept string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(url.Values{"i": {"int_a"}, "choice": {"other"}, "decision": {"allow"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", accept)
	return r
}

func TestASignInSpeaksTheLanguageThatTheApplicationAskedFor(t *testing.T) {
	t.Parallel()
	pseudo := wordstest.PseudoTag.String()
	for _, tt := range []struct{ locales, accept, want string }{
		{pseudo, "en", pseudo}, {"en", pseudo, "en"}, {"", pseudo, pseudo}, {"ja", pseudo, pseudo}, {"", "ja", "en"},
	} {
		for path, step := range pages {
			e := known(step)
			e.Interaction.Ask.Locales = strings.Fields(tt.locales)
			wrong := fault.New(fault.Unauthenticated, "signin.wrong", "Email or password is wrong.")
			b := newBrowserOf(t, &house{entry: e, outcome: flow.Outcome{Entry: e}, err: wrong}, viewtest.Pseudo())
			b.speaks(request("GET", path+"?i=int_a", tt.accept), tt.want)
			body := b.speaks(request("POST", path, tt.accept), tt.want)
			if said := strings.Contains(body, wordstest.Disguise(wrong.Detail)); said != (tt.want == pseudo) {
				t.Errorf("%s: the alert is not said in %s:\n%s", path, tt.want, body)
			}
		}
	}
}

func TestASignInThatIsLostSaysSoInItsLanguage(t *testing.T) {
	t.Parallel()
	pseudo := wordstest.PseudoTag.String()
	for code, title := range map[string]string{"flow.expired": "This sign-in took too long", "interaction.stale": "Something changed meanwhile"} {
		e := at(flow.StepSignIn)
		e.Interaction.Ask.Locales = []string{pseudo}
		b := newBrowserOf(t, &house{entry: e, lookErr: fault.New(fault.Conflict, code, "x")}, viewtest.Pseudo())
		if body := b.speaks(request("GET", "/signin?i=int_a", "en"), pseudo); !strings.Contains(body, wordstest.Disguise(title)) {
			t.Errorf("%s: the page does not say %q:\n%s", code, title, body)
		}
	}
}
