package housetest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

var shownKey = regexp.MustCompile(`data-testid="secret">([^<]+)<`)

// A service account is made, gets a second key beside the first, and loses one after the
// other; each key is shown once.
func TestTheConsoleChangesTheKeyOfAServiceAccountWithoutAGap(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	const path, one = "/console/service-accounts", "/console/service-accounts/deploy"
	form := b.Get(path + "/-/new").Is(http.StatusOK)
	made := url.Values{"id": {"deploy"}, "description": {"Pipeline"}, "role": {"target"}, "expires_at": {"30d"}, "reason": {"releases"}}
	first := key(t, fills(t, b, form, path+"/-/new", made).Is(http.StatusOK).Says("GATEHOUSE_KEY="))
	isWithout(t, fills(t, b, form, path+"/-/new", made).Is(http.StatusConflict), first)
	fills(t, b, b.Get(path+"/-/new"), path+"/-/new", made).Is(http.StatusConflict).Says("id-problem")
	page := b.Get(one).Is(http.StatusOK).Says("role target").Says("releases").Says("1 key works")
	isWithout(t, page, first)
	b.Get(path + "?search=pipe").Is(http.StatusOK).Says("deploy")

	more := b.Get(one + "/key").Is(http.StatusOK)
	second := key(t, fills(t, b, more, one+"/key", url.Values{"name": {"deploy-eu"}, "expires_at": {"8h"}}).Is(http.StatusOK))
	if first == second {
		t.Error("the second key is the first")
	}
	fills(t, b, more, one+"/key", url.Values{"name": {"deploy-eu"}, "expires_at": {"8h"}}).Is(http.StatusConflict)
	fills(t, b, b.Get(one+"/key"), one+"/key", url.Values{"name": {""}}).Is(http.StatusUnprocessableEntity).Says("name-problem")
	page = b.Get(one).Is(http.StatusOK).Says("2 keys work").Says("deploy-eu")
	keys := regexp.MustCompile(regexp.QuoteMeta(one)+`/keys/(key_[a-z0-9]+)`).FindAllString(page.Body, -1)
	if len(keys) != 2 {
		t.Fatalf("%d keys can be revoked", len(keys))
	}
	revoke := b.Get(keys[1]).Is(http.StatusOK).Says("gatehouse service key revoke")
	revoke.Press("", "submit").Is(http.StatusOK).At(one).Says("The key is revoked.").Says("1 key works")
	b.Get(one + "/keys/key_nobody").Is(http.StatusNotFound)

	disable := b.Get(one + "/disable").Is(http.StatusOK)
	disable.Press("", "submit").Is(http.StatusOK).At(one).Says("is disabled")
	disable.Press("", "submit")
	isWithout(t, b.Get(one), `id="disable"`)
	b.Get(one+"/enable").Press("", "submit").Is(http.StatusOK).At(one).Says("is enabled")
	stale := b.Get(one + "/edit")
	stale.Submit("description", "Releases").Is(http.StatusOK).At(one).Says("is changed")
	stale.Submit("description", "Other").Is(http.StatusPreconditionFailed)
	del := b.Get(one + "/delete").Is(http.StatusOK).Says("1 key stops working at once")
	del.Submit("confirm", "x").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
	del.Submit("confirm", "deploy").Is(http.StatusOK).At(path).Says("is deleted")
	b.Get(one).Is(http.StatusNotFound)
}

// key is the one that a page shows.
func key(t *testing.T, page *gatetest.Page) string {
	t.Helper()
	found := shownKey.FindStringSubmatch(page.Body)
	if found == nil || !strings.HasPrefix(found[1], "gatehouse_") {
		t.Fatalf("%s shows no key:\n%s", page.URL, page.Body)
	}
	return found[1]
}
