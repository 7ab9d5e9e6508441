package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// Whoever changes what somebody else changed meanwhile sees what they made of it beside what they
// typed themselves, before it is overwritten.
func TestAFormThatComesLateShowsTheOtherChange(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for _, tt := range []struct{ path, field, theirs, mine, other string }{
		{"/console/users/" + there["user"] + "/edit", "name", "Theirs", "Mine", "email"},
		{"/console/groups/desk/edit", "description", "Theirs", "Mine", ""},
		{"/console/organisations/acme/edit", "description", "Theirs", "Mine", ""},
		{"/console/service-accounts/target/edit", "description", "Theirs", "Mine", ""},
		{"/console/apis/target/edit", "audience", "https://theirs.test", "https://mine.test", "permissions"},
		{"/console/applications/target-app/settings", "client_name", "Theirs", "Mine", "redirect_uris"},
		{"/console/applications/target-app/settings/sign-in", "require_acr", "aal2", "aal1", "pkce"},
		{"/console/settings/session.idle", "value", "7h", "9h", ""},
		{"/console/upstreams/one/target/edit", "audience", "https://theirs.test", "https://mine.test", "targets"},
		{"/console/edges/one/target/edit", "peers", "127.0.0.3", "127.0.0.4", "secrets"},
		{"/console/routes/route/target/edit", "paths", "/theirs", "/mine", "hosts"},
	} {
		late := b.Get(tt.path).Is(http.StatusOK)
		send := func(page *gatetest.Page, value string) *gatetest.Page {
			if strings.HasPrefix(tt.path, "/console/routes/") {
				if page = reviewing(b, page, "review", tt.field, value); page.Status != http.StatusOK {
					return page // late already, before the change is read
				}
				return page.Press("do", "save")
			}
			return page.Submit(tt.field, value)
		}
		send(b.Get(tt.path), tt.theirs).Is(http.StatusOK)
		back := send(late, tt.mine)
		if back.Status != http.StatusPreconditionFailed || !strings.Contains(back.Body, `id="`+tt.field+`-now"`) || !strings.Contains(back.Body, ">"+tt.theirs+"</code>") || !strings.Contains(back.Body, tt.mine) {
			t.Errorf("%s: %d, and what the other typed is not beside what was typed late:\n%s", tt.path, back.Status, back.Body)
		}
		if tt.other != "" && strings.Contains(back.Body, `id="`+tt.other+`-now"`) {
			t.Errorf("%s: %s is said to be changed, and nobody did", tt.path, tt.other)
		}
		if done := send(back, tt.mine); done.Status != http.StatusOK || strings.Contains(done.Body, "-now\"") {
			t.Errorf("%s: sent again, it answers %d", tt.path, done.Status)
		}
	}
}
