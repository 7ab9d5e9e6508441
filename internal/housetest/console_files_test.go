package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

const filesOfHouse = "/console/files"

// houseFile says of a house what the tests look at.
const houseFile = `apiVersion: gatehouse/v1
kind: API
metadata: {id: depot}
spec:
  audience: https://depot.test
  permissions:
    - permission: boxes:read
    - permission: boxes:write
---
apiVersion: gatehouse/v1
kind: Role
metadata: {id: porter}
spec:
  permissions:
    - depot/boxes:read
---
apiVersion: gatehouse/v1
kind: Client
metadata: {id: depot-app}
spec:
  name: Depot
  redirect_uris:
    - https://depot.test/cb
`

// A file is looked at before it is applied; then exactly what was seen is done, once, and what was made
// comes back as a file that changes nothing.
func TestTheConsoleAppliesAFileThatWasLookedAt(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	b.Get(filesOfHouse).Is(http.StatusOK).Says(filesOfHouse + "/export").Says(filesOfHouse + "/apply").Says("gatehouse export")
	form := b.Get(filesOfHouse + "/apply").Is(http.StatusOK)

	form.Submit("content", "").Is(http.StatusUnprocessableEntity).Says("file-problem")
	form.Submit("content", "apiVersion: gatehouse/v1\nkind: Rule\n").Is(http.StatusUnprocessableEntity).Says("did you mean Role").Says("file.yaml:2")
	form.Submit("content", strings.Replace(houseFile, "depot/boxes:read", "depot/boxes:open", 1)).Is(http.StatusUnprocessableEntity).Says("boxes:open")
	form.Submit("content", houseFile, "set", "No Such").Is(http.StatusUnprocessableEntity)
	carried := formTo(t, form, filesOfHouse+"/apply").Values
	b.Upload(filesOfHouse+"/apply", carried, "file", "house.yaml", "# "+strings.Repeat("x", 1<<20)).Is(http.StatusUnprocessableEntity).Says("is larger than 1 MiB")

	plan := b.Upload(filesOfHouse+"/apply", carried, "file", "house.yaml", houseFile).Is(http.StatusOK).Says("3 things are created.").Says("porter").Says("gatehouse apply --file house.yaml")
	if _, err := s.House.Access.Role(t.Context(), "porter"); err == nil {
		t.Fatal("what was looked at was done")
	}
	stale := form.Submit("content", houseFile).Is(http.StatusOK)
	done := plan.Press("", "submit").Is(http.StatusOK).Says("The file is applied.").Says("Secret of depot-app")
	secret := shownSecret.FindStringSubmatch(done.Body)
	if secret == nil {
		t.Fatal("the secret of a new application is not shown")
	}
	isWithout(t, plan.Press("", "submit").Is(http.StatusConflict).Says("This was done already. The secrets of new applications stood in the first answer").Says("Nothing changes"), secret[1])
	stale.Press("", "submit").Is(http.StatusConflict)
	_, err := s.House.Access.Role(t.Context(), "porter")
	must(t, err)

	file := b.Get(filesOfHouse + "/export").Is(http.StatusOK)
	if kind, as := file.Header.Get("Content-Type"), file.Header.Get("Content-Disposition"); !strings.HasPrefix(kind, "application/yaml") || !strings.Contains(as, `attachment; filename="gatehouse-`) {
		t.Errorf("the export is %q, %q", kind, as)
	}
	file.Says("depot/boxes:read")
	isWithout(t, file, secret[1])
	fills(t, b, form, filesOfHouse+"/apply", url.Values{"content": {file.Body}, "set": {"all"}, "adopt": {"true"}}).Is(http.StatusOK).Says("managed by the set from now on")

	smaller, _, _ := strings.Cut(houseFile, "---\napiVersion: gatehouse/v1\nkind: Client")
	fills(t, b, form, filesOfHouse+"/apply", url.Values{"content": {smaller}, "prune": {"true"}}).Is(http.StatusOK).Says("1 thing is removed, for good.").Press("", "submit").Is(http.StatusOK)
	if _, err := s.House.OAuth.Client(t.Context(), id.Client("depot-app")); err == nil {
		t.Error("what the file names no more is there still")
	}
}

// Each kind is for whoever may see and change it; who may not is told what is missing, and their file is
// not read.
func TestFilesAreForWhomTheirKindsAreFor(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	clerk, viewer := s.Person("clerk", gatetest.TOTP), s.Person("viewer", gatetest.TOTP)
	s.role(clerk, "clerk", func(one string) bool {
		return one == "config:apply" || one == "config:read" || one == "apis:read" || one == "apis:write" || one == "roles:read"
	})
	s.role(viewer, "viewer", func(one string) bool { return one == "users:read" })
	c := atConsole(t, s.Gate, clerk)
	c.Get(filesOfHouse).Is(http.StatusOK)
	c.Get(filesOfHouse + "/export").Is(http.StatusForbidden)
	form := c.Get(filesOfHouse + "/apply").Is(http.StatusOK)
	api, _, _ := strings.Cut(houseFile, "---")
	if page := form.Submit("content", houseFile); page.Status != http.StatusForbidden {
		t.Errorf("who may write no role plans one: %d", page.Status)
	}
	form.Submit("content", api).Is(http.StatusOK).Press("", "submit").Is(http.StatusOK).Says("The file is applied.")
	if _, err := s.House.Access.API(t.Context(), "depot"); err != nil {
		t.Error(err)
	}

	v := atConsole(t, s.Gate, viewer)
	isWithout(t, v.Get("/console/users").Is(http.StatusOK), filesOfHouse)
	v.Get(filesOfHouse).Is(http.StatusForbidden).Says("gatehouse/config:read")
	v.Get(filesOfHouse + "/export").Is(http.StatusForbidden).Says("gatehouse/config:read")
	v.Get(filesOfHouse + "/apply").Is(http.StatusForbidden).Says("gatehouse/config:apply")
	v.Upload(filesOfHouse+"/apply", url.Values{}, "file", "house.yaml", houseFile).Is(http.StatusForbidden).Says("gatehouse/config:apply")
	if _, err := s.House.Access.Role(t.Context(), "porter"); err == nil {
		t.Error("somebody made a role who may not")
	}
}
