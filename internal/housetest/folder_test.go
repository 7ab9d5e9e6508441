package housetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/internal/gatetest"
)

// foldered is a house with what applies a folder to it. That is none of the house's own, whose
// background would look into it, too, once a test takes longer than its beat.
type foldered struct {
	*gatetest.Gate
	Folder *house.Folder
}

func withFolder(g *gatetest.Gate, dir string) *foldered {
	f := &house.Folder{Applies: g.House.Applies, Config: g.House.Config.Apply, Log: g.House.Log}
	f.Config.Folder = dir
	return &foldered{g, f}
}

// inFolder is a house that applies a folder, and a function that writes a file there.
func inFolder(t *testing.T) (*foldered, func(name, text string)) {
	t.Helper()
	dir := t.TempDir()
	g := gatetest.New(t, func(c *config.Config) { c.Apply.Prune = true })
	return withFolder(g, dir), func(name, text string) { must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)) }
}

// looks lets a house look into its folder twice, so that nobody seems to write there.
func looks(t *testing.T, g *foldered, at time.Time) {
	t.Helper()
	for range 2 {
		must(t, g.Folder.Step(t.Context(), at))
	}
}

const deskFile = "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: desk}\nspec: {description: Desk}\n"

// The files of a folder are applied, and again when they change; what is wrong changes
// nothing, is logged once with its line, and is doubted.
func TestAFolderIsAppliedWhenItChanges(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	step := func(at time.Time) { t.Helper(); looks(t, g, at) }
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
	if g.Folder.Problem() == "" {
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
	if g.Folder.Problem() != "" {
		t.Errorf("it is still doubted: %s", g.Folder.Problem())
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
	looks(t, g, now)
	if g.Folder.Problem() == "" {
		t.Fatal("it was applied without the person")
	}
	g.Person("ada")
	looks(t, g, now.Add(time.Second))
	if g.Folder.Problem() == "" {
		t.Error("it was tried again at once")
	}
	looks(t, g, now.Add(2*time.Minute))
	if p := g.Folder.Problem(); p != "" {
		t.Errorf("it was not tried again: %s", p)
	}
}

// A folder that is not mounted removes nothing.
func TestAnEmptyFolderRemovesNothing(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	write("a.yaml", deskFile)
	looks(t, g, time.Now())
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "gone")} {
		g.Folder.Config.Folder = dir
		looks(t, g, time.Now())
		if g.Folder.Problem() == "" {
			t.Error("nobody would know that it is empty")
		}
		_, err := g.House.Access.Group(t.Context(), "desk")
		must(t, err)
	}
}

// Without the turn, as for a minute after another server was killed that had it, the files
// are read and checked all the same, and somebody is told that they wait.
func TestAFolderIsCheckedByWhoWaitsForTheTurn(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	now := time.Now()
	look := func() {
		t.Helper()
		for range 2 {
			must(t, g.Folder.Look(t.Context(), now))
		}
	}
	look()
	if p := g.Folder.Problem(); !strings.Contains(p, ".yaml or .yml") {
		t.Errorf("of an empty folder is said %q", p)
	}
	write("a.yaml", strings.ReplaceAll(deskFile, "description", "descripton"))
	look()
	if p := g.Folder.Problem(); !strings.Contains(p, "a.yaml:4:8") || !strings.Contains(g.Log.String(), "a.yaml:4:8") {
		t.Errorf("of files that are wrong is said %q", p)
	}
	write("a.yaml", deskFile)
	look()
	if !g.Folder.Waiting() || g.Folder.Problem() != "" || isThere(t, g.Gate, "desk") {
		t.Errorf("waiting: %t, problem: %q, written: %t", g.Folder.Waiting(), g.Folder.Problem(), isThere(t, g.Gate, "desk"))
	}
	must(t, g.Folder.Step(t.Context(), now)) // its turn
	if !isThere(t, g.Gate, "desk") || g.Folder.Waiting() {
		t.Error("with the turn it was not applied, or still waits")
	}
	look()
	if g.Folder.Waiting() {
		t.Error("nothing is to be done, and it waits")
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

func isThere(t *testing.T, g *gatetest.Gate, group string) bool {
	t.Helper()
	_, err := g.House.Access.Group(t.Context(), group)
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// What somebody is still writing is not applied: half a file is a file too, and what is
// missing in it would be removed.
func TestAFolderThatSomebodyWritesIsLeftAlone(t *testing.T) {
	t.Parallel()
	g, write := inFolder(t)
	hall := strings.ReplaceAll(deskFile, "desk", "hall")
	write("a.yaml", deskFile+"---\n"+hall)
	looks(t, g, time.Now())
	if !isThere(t, g.Gate, "desk") || !isThere(t, g.Gate, "hall") {
		t.Fatal("it was not applied")
	}
	for _, text := range []string{deskFile, deskFile + "---\n", deskFile + "---\napiVersion: gate"} {
		write("a.yaml", text)
		must(t, g.Folder.Step(t.Context(), time.Now()))
	}
	if p := g.Folder.Problem(); !isThere(t, g.Gate, "hall") || p != "" {
		t.Errorf("half a file was applied, or complained of: %s", p)
	}
	write("a.yaml", deskFile+"---\n"+strings.ReplaceAll(hall, "Hall", "The hall"))
	looks(t, g, time.Now())
	if !isThere(t, g.Gate, "desk") || !isThere(t, g.Gate, "hall") {
		t.Error("something is gone")
	}
}

// Whoever swaps a folder swaps a link: the folder itself, or within it the one that its
// files lead through, as in a mounted ConfigMap.
func TestAFolderThatIsSwappedIsApplied(t *testing.T) {
	t.Parallel()
	link := func(t *testing.T, to, name string) {
		t.Helper()
		must(t, os.Symlink(to, name+".new"))
		must(t, os.Rename(name+".new", name))
	}
	for what, swap := range map[string]func(t *testing.T, dir, version string) (folder string){
		"by its link": func(t *testing.T, dir, version string) string {
			link(t, version, filepath.Join(dir, "current"))
			return filepath.Join(dir, "current")
		},
		"within it": func(t *testing.T, dir, version string) string {
			folder := filepath.Join(dir, "mounted")
			must(t, os.MkdirAll(folder, 0o700))
			link(t, filepath.Join("..", version), filepath.Join(folder, "..data"))
			if _, err := os.Lstat(filepath.Join(folder, "a.yaml")); err != nil {
				must(t, os.Symlink(filepath.Join("..data", "a.yaml"), filepath.Join(folder, "a.yaml")))
			}
			return folder
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			g, _ := inFolder(t)
			dir := t.TempDir()
			for version, group := range map[string]string{"one": "desk", "two": "hall"} {
				must(t, os.Mkdir(filepath.Join(dir, version), 0o700))
				must(t, os.WriteFile(filepath.Join(dir, version, "a.yaml"), []byte(strings.ReplaceAll(deskFile, "desk", group)), 0o600))
			}
			for _, c := range []struct{ version, has, hasNot string }{{"one", "desk", "hall"}, {"two", "hall", "desk"}} {
				g.Folder.Config.Folder = swap(t, dir, c.version)
				looks(t, g, time.Now())
				if !isThere(t, g.Gate, c.has) || isThere(t, g.Gate, c.hasNot) {
					t.Errorf("version %s was not applied: %s", c.version, g.Folder.Problem())
				}
			}
			must(t, os.RemoveAll(filepath.Join(dir, "two"))) // where the link leads to is gone
			looks(t, g, time.Now())
			if !isThere(t, g.Gate, "hall") || g.Folder.Problem() == "" {
				t.Error("a link that leads nowhere removed something, or nobody would know")
			}
		})
	}
}

// Of two replicas that look into the same folder at once one changes something, and each
// change is recorded once.
func TestTwoReplicasApplyAFolderOnce(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(deskFile), 0o600))
		other := g.Replica()
		var wait sync.WaitGroup
		both := []*foldered{withFolder(g, dir), withFolder(other, dir)}
		for _, one := range both {
			wait.Go(func() {
				for range 2 {
					if err := one.Folder.Step(context.Background(), time.Now()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if events := eventsOf(t, g, access.ActionGroupCreate); len(events) != 1 {
			t.Errorf("it was made %d times", len(events))
		}
		for _, one := range both {
			if p := one.Folder.Problem(); p != "" {
				t.Errorf("a replica complains: %s", p)
			}
		}
	})
}
