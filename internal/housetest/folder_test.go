package housetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
)

// inFolder is a house that applies a folder, and a function that writes a file there.
func inFolder(t *testing.T) (*gatetest.Gate, func(name, text string)) {
	t.Helper()
	dir := t.TempDir()
	g := gatetest.New(t, func(c *config.Config) { c.Apply.Prune = true })
	g.House.Folder.Config.Folder = dir // the background does not look: the test beats
	return g, func(name, text string) { must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)) }
}

const deskFile = "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: desk}\nspec: {description: Desk}\n"

// The files of a folder are applied, and again when they change; what is wrong changes
// nothing, is logged once with its line, and is doubted.
func TestAFolderIsAppliedWhenItChanges(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	step := func(at time.Time) { t.Helper(); must(t, g.House.Folder.Step(t.Context(), at)) }
	now := time.Now()
	write("a.yaml", deskFile)
	step(now)
	if _, err := g.House.Access.Group(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	page, _, err := g.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{access.ActionGroupCreate}}, 10)
	must(t, err)
	if len(page) != 1 || page[0].Actor.Kind != audit.House {
		t.Errorf("recorded is %+v", page)
	}

	write("b.yaml", "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: hall}\nspec: {descripton: Hall}\n")
	step(now)
	step(now.Add(2 * time.Minute))
	if g.House.Folder.Problem() == "" {
		t.Error("nobody would know that it is wrong")
	}
	said := strings.Count(g.Log.String(), "cannot be applied")
	if said != 1 || !strings.Contains(g.Log.String(), "b.yaml:4:8") {
		t.Errorf("it was said %d times: %s", said, g.Log.String())
	}
	if _, err := g.House.Access.Group(t.Context(), "desk"); err != nil {
		t.Errorf("what was there is gone: %v", err)
	}

	write("b.yaml", "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: hall}\nspec: {description: Hall}\n")
	write("a.yaml", "")
	step(now)
	if g.House.Folder.Problem() != "" {
		t.Errorf("it is still doubted: %s", g.House.Folder.Problem())
	}
	if _, err := g.House.Access.Group(t.Context(), "desk"); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is in no file any more: %v", err)
	}
}

// Files that ask for what is not there yet are tried again.
func TestAFolderThatWasRefusedIsTriedAgain(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	write("a.yaml", "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: desk}\nspec: {}\n---\napiVersion: gatehouse/v1\nkind: Membership\nspec: {group: desk, member: {user: ada@example.test}}\n")
	now := time.Now()
	must(t, g.House.Folder.Step(t.Context(), now))
	if g.House.Folder.Problem() == "" {
		t.Fatal("it was applied without the person")
	}
	g.Person("ada")
	must(t, g.House.Folder.Step(t.Context(), now.Add(time.Second)))
	if g.House.Folder.Problem() == "" {
		t.Error("it was tried again at once")
	}
	must(t, g.House.Folder.Step(t.Context(), now.Add(2*time.Minute)))
	if p := g.House.Folder.Problem(); p != "" {
		t.Errorf("it was not tried again: %s", p)
	}
}

// A folder that is not mounted removes nothing.
func TestAnEmptyFolderRemovesNothing(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	write("a.yaml", deskFile)
	must(t, g.House.Folder.Step(t.Context(), time.Now()))
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "gone")} {
		g.House.Folder.Config.Folder = dir
		must(t, g.House.Folder.Step(t.Context(), time.Now()))
		if g.House.Folder.Problem() == "" {
			t.Error("nobody would know that it is empty")
		}
		_, err := g.House.Access.Group(t.Context(), "desk")
		must(t, err)
	}
}

// A server that is given a folder applies it as it starts, by its background.
func TestAServerAppliesItsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(deskFile), 0o600))
	g := gatetest.New(t, func(c *config.Config) { c.Apply.Folder = dir })
	i := 0
	for _, b := range g.House.Beats() {
		if b.Lease == "folder" && b.Due(time.Now()) {
			must(t, b.Step(t.Context(), time.Now()))
			i++
		}
	}
	if i != 1 {
		t.Fatalf("%d beats apply it", i)
	}
	_, err := g.House.Access.Group(t.Context(), "desk")
	must(t, err)
}
