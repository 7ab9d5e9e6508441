package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gatehouse/apply"
	"gatehouse/fault"
	"gatehouse/gate"
)

const head = "apiVersion: gatehouse/v1\nkind: Role\nmetadata:\n  id: r\n"

// The heads of two objects that have numbers.
const (
	upstream = "apiVersion: gatehouse/v1\nkind: Upstream\nmetadata: {id: u}\n"
	route    = "apiVersion: gatehouse/v1\nkind: Route\nmetadata: {id: r}\n"
)

func reading(text string) (*Manifest, error) {
	return Read([]File{{"a.yaml", []byte(text)}})
}

// What is not plain, not known or not small is refused where it stands.
func TestFilesAreReadStrictly(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ text, want string }{
		"an unknown key":          {head + "spec: {parent: [a]}\n", "a.yaml:5:8: the key \"parent\" is none; did you mean parents?"},
		"a key that is twice":     {head + "spec:\n  parents: [a]\n  parents: [b]\n", "a.yaml:7:3:"},
		"an anchor":               {head + "spec:\n  parents: &a [b]\n", "anchors, aliases"},
		"an alias":                {head + "spec:\n  parents: *a\n", "a.yaml:6:"},
		"a merge":                 {head + "spec:\n  <<: {parents: [a]}\n", "a.yaml:6:"},
		"a tag":                   {head + "spec:\n  max_grant: !!str 8h\n", "a.yaml:6:"},
		"a list for a value":      {head + "spec:\n  max_grant: [8h]\n", "spec.max_grant must be a single value"},
		"a value for a list":      {head + "spec:\n  parents: a\n", "spec.parents must be a list"},
		"no value":                {head + "spec:\n  max_grant:\n", "spec.max_grant has no value"},
		"an unknown kind":         {strings.Replace(head, "Role", "Rolle", 1), `kind "Rolle" is none; did you mean Role?`},
		"another version":         {strings.Replace(head, "v1", "v2", 1), "apiVersion must be gatehouse/v1"},
		"no mapping":              {"- a\n", "the document must hold keys"},
		"a truth of YAML 1.1":     {"apiVersion: gatehouse/v1\nkind: Client\nmetadata: {id: c}\nspec: {introspect: yes}\n", "spec.introspect must be true or false"},
		"what is no YAML":         {head + "spec: {\n", "a.yaml:"},
		"much within one":         {head + "spec: " + strings.Repeat("[", 1000) + "\n", "too much is nested"},
		"many dashes":             {strings.Repeat("- ", 5000) + "a\n", "too much is nested"},
		"a document that is big":  {head + "spec:\n  max_grant: " + strings.Repeat("x", maxDocument) + "\n", "is over 256 KiB"},
		"a number":                {head + "spec:\n  max_grant: 08h\n  parents: [1]\n  permission: {}\n", "a.yaml:8:3: the key \"permission\" is none"},
		"a key that is a list":    {head + "spec:\n  ? [a]\n  : b\n", "a.yaml:7:3: "},
		"an empty key":            {head + "spec:\n  : b\n", "a.yaml:6:"},
		"a number in octal":       {upstream + "spec: {health: {unhealthy: 010}}\n", "a.yaml:4:28: spec.health.unhealthy must be a whole number"},
		"a number with a sign":    {upstream + "spec: {health: {unhealthy: +3}}\n", "spec.health.unhealthy must be a whole number"},
		"a number in hexadecimal": {upstream + "spec: {health: {unhealthy: 0x3}}\n", "spec.health.unhealthy must be a whole number"},
		"octal among anything":    {route + "spec: {tests: [{resource: {total: 010}}]}\n", "spec.tests[0].resource.total must be a text, a number"},
		"hexadecimal among it":    {route + "spec: {tests: [{resource: {total: [1, 0x10]}}]}\n", "spec.tests[0].resource.total[1] must be a text, a number"},
		"no number among it":      {route + "spec: {tests: [{resource: {total: .inf}}]}\n", "spec.tests[0].resource.total must be a text, a number"},
		"a date for a truth":      {"apiVersion: gatehouse/v1\nkind: Client\nmetadata: {id: c}\nspec: {introspect: 2027-01-01}\n", "a.yaml:4:20: spec.introspect must be true or false"},
		"a list for a mapping":    {head + "spec: [a]\n", "a.yaml:5:"},
		"no letters":              {"\xff\xfe\x00k", "a.yaml:1:"},
		"an id twice":             {"apiVersion: gatehouse/v1\nkind: Role\nmetadata:\n  id: r\n  id: s\n", "a.yaml:5:3: mapping key \"id\" already defined"},
		"a kind twice":            {"apiVersion: gatehouse/v1\nkind: Role\nkind: Group\nmetadata: {id: r}\n", "a.yaml:3:1: "},
		"behind another":          {head + "---\n" + head + "spec: {x: y}\n", "a.yaml:10:8: the key \"x\" is none"},
	} {
		_, err := reading(c.text)
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", what, err, c.want)
		}
	}
}

// What looks like a number and stands where a text does is that text, and not what YAML makes of it.
func TestANumberWhereATextStandsIsThatText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"010", "0o17", "0x10", "1e3", "1_000", "08", "+1", ".5", ".inf"} {
		m, err := reading(strings.Replace(head, "id: r", "id: "+text, 1) + "spec:\n  parents: [" + text + "]\n")
		if err != nil || m.Objects[0].ID != text || !slices.Equal(m.Objects[0].Spec.(*apply.RoleSpec).Parents, []string{text}) {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
	m, err := reading(route + "spec: {tests: [{resource: {a: 10, b: -1.5, c: 0, e: 0.25, f: \"010\"}}]}\n")
	if err != nil {
		t.Fatal(err)
	}
	got := m.Objects[0].Spec.(*gate.RouteSpec).Tests[0].Resource
	if want := map[string]any{"a": 10.0, "b": -1.5, "c": 0.0, "e": 0.25, "f": "010"}; !reflect.DeepEqual(got, want) {
		t.Errorf("numbers are read as %v, want %v", got, want)
	}
}

// All that is wrong is said at once.
func TestAllThatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	_, err := reading(head + "spec: {x: y}\n---\n" + head + "spec: {y: z}\n")
	if e, ok := errors.AsType[*Error](err); !ok || len(e.Problems) != 2 {
		t.Errorf("got %v", err)
	}
	_, err = reading("apiVersion: gatehouse/v2\nkind: Rolle\nmetadata: {id: [r], name: x}\nspec: &a {}\n---\napiVersion: gatehouse/v1\nkind: Grp\nmetdata: {id: x}\n---\n" + strings.Replace(head, "v1", "v3", 1) + "spec: {x: y}\n")
	for _, want := range []string{
		"a.yaml:1:1: apiVersion must be", `a.yaml:2:1: kind "Rolle" is none`, "a.yaml:3:16: metadata.id must be a single value", `a.yaml:3:21: the key "name" is none`,
		`a.yaml:7:1: kind "Grp" is none`, `a.yaml:8:1: the key "metdata" is none`, "a.yaml:10:1: apiVersion must be", `a.yaml:14:8: the key "x" is none`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nobody says %s: %v", want, err)
		}
	}
}

// What is there twice is told with where it is first, in another file too.
func TestWhatIsThereTwiceIsToldWithBothPlaces(t *testing.T) {
	t.Parallel()
	m, err := Read([]File{{"a.yaml", []byte("# first\n" + head)}, {"b.yaml", []byte(head + "---\n" + strings.Replace(head, "id: r", "id: s", 1))}})
	if err != nil {
		t.Fatal(err)
	}
	err = m.Locate(&fault.Error{Kind: fault.Invalid, Code: "apply.invalid", Fields: []fault.Field{
		{Name: "objects[1].metadata.id", Problem: "is there twice, at objects[0], too"}, {Name: "objects[2].metadata.id", Problem: "is there twice, at objects[7], too"},
	}})
	if err == nil || !strings.Contains(err.Error(), "b.yaml:4:3: metadata.id is there twice, at a.yaml:5, too") || !strings.Contains(err.Error(), "at objects[7], too") {
		t.Errorf("got %v", err)
	}
	route := "apiVersion: gatehouse/v1\nkind: Route\nmetadata: {id: r}\n"
	if m, err = ReadRoutes([]File{{"a.yaml", []byte(route)}, {"b.yaml", []byte("\n" + route)}}); err != nil {
		t.Fatal(err)
	}
	err = m.Locate(&fault.Error{Kind: fault.Invalid, Code: gate.CodeRoutes, Fields: []fault.Field{{Name: "objects[1].metadata.id", Problem: "is there twice"}}})
	if err == nil || !strings.Contains(err.Error(), "b.yaml:4:") || !strings.Contains(err.Error(), "is there twice, at a.yaml:3, too") {
		t.Errorf("got %v", err)
	}
}

// What is written is read as it was, whatever it is.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	yes := true
	for _, text := range []string{"", "plain", "a: b", "- x", "yes", "null", "~", "0x10", "1e3", "2027-01-01", "#x", "a #b", " a ", "\t", "a\nb\n", "\"", `\`, "{a}", "[a]", "&a", "*a", "!a", "|", ">", "%", "@", "`", "'", "é😀\u0085\u2028", "a:", "---", "...", "\r\n", "\x01"} {
		want := []apply.Object{
			{Kind: apply.Client, ID: "c", Spec: &apply.ClientSpec{Name: text, Scopes: []string{}, Claims: []string{text, "b"}, Disabled: &yes, Roles: apply.ListingSpec{Filter: []string{text}}}},
			{Kind: apply.API, ID: "a", Spec: &apply.APISpec{Audience: text, Owners: map[string]string{"orders": text}, Permissions: []apply.PermissionSpec{{Permission: "a:b", Requires: apply.RequirementSpec{ACR: text, MaxAge: "5m"}}, {Permission: "c:d", Description: text}}}},
			{Kind: apply.Group, ID: "g", Spec: &apply.GroupSpec{}},
			{Kind: apply.Membership, Spec: &apply.MembershipSpec{Group: "g", Member: apply.SubjectSpec{User: "x" + text}}},
		}
		var b bytes.Buffer
		w := NewWriter(&b)
		for _, o := range want {
			if err := w.Write(o); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		m, err := reading(b.String())
		if err != nil {
			t.Errorf("%q: %v\n%s", text, err, b.String())
		} else if !reflect.DeepEqual(m.Objects, want) {
			t.Errorf("%q: got\n%+v\nof\n%s", text, m.Objects, b.String())
		}
	}
}

// A folder is read in the order of its names, without what is hidden.
func TestAFolderIsReadInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"b.yaml": "b", "a/x.yml": "x", ".hidden.yaml": "h", ".git/c.yaml": "c", "readme.md": "r", "a.yaml": "a"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, f := range files {
		got += string(f.Text)
	}
	if got != "xab" {
		t.Errorf("got %s", got)
	}
}

// What a house refuses is shown where it stands, or where what holds it does.
func TestARefusalIsShownWhereItStands(t *testing.T) {
	t.Parallel()
	m, err := reading(head + "spec:\n  parents: [a, b]\n---\n" + head)
	if err != nil {
		t.Fatal(err)
	}
	err = m.Locate(&fault.Error{Kind: fault.Invalid, Code: "apply.invalid", Fields: []fault.Field{
		{Name: "objects[0].spec.parents[1]", Problem: "is no role"}, {Name: "objects[0].spec.max_grant", Problem: "is wrong"}, {Name: "objects[1].spec", Problem: "is wrong"}, {Name: "prune", Problem: "no"}, {Name: "objects[9].spec", Problem: "is none"},
	}})
	for _, want := range []string{"a.yaml:6:16: spec.parents[1] is no role", "a.yaml:5:1: spec.max_grant is wrong", "a.yaml:8:1: spec is wrong", "no", "is none"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in\n%v", want, err)
		}
	}
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("the fault is lost: %v", err)
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range e.Problems {
		lines = append(lines, p.Source.Line)
	}
	if want := []int{5, 6, 8, 0, 0}; !slices.Equal(lines, want) {
		t.Errorf("problems are told in the order of the lines %v, want %v", lines, want)
	}
}

// What an application lacks is its name, and what a scope is called is its id.
func TestANameIsTheIDOfWhatHasNoOther(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"Client": "a.yaml:5:1: spec.name must not be empty", "Scope": "a.yaml:4:3: metadata.id must not be empty"} {
		m, err := reading(strings.Replace(head, "Role", kind, 1) + "spec: {}\n")
		if err != nil {
			t.Fatal(err)
		}
		err = m.Locate(&fault.Error{Kind: fault.Invalid, Code: "apply.invalid", Fields: []fault.Field{{Name: "objects[0].spec.name", Problem: "must not be empty"}}})
		if !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", kind, err, want)
		}
	}
}

// No text, however odd, does more than be refused.
func FuzzRead(f *testing.F) {
	f.Add(head + "spec: {parents: [a]}\n---\n" + head)
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := reading(text)
		if (m == nil) == (err == nil) {
			t.Errorf("got %v and %v", m, err)
		}
	})
}

// A folder may be behind a link, and its files too; what has no end is no file of it.
func TestLinksAreFollowedAndPipesAreNot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"one", "one/in", "mounted"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"current": "one", "mounted/..data": "../one", "mounted/a.yaml": "..data/a.yaml", "one/b.yaml": "in/b.txt", "loop.yaml": "loop.yaml"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"one/a.yaml": "a", "one/in/b.txt": "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"one": "ab", "current": "ab", "mounted": "a"} {
		files, err := Load(filepath.Join(dir, path), nil)
		got := ""
		for _, f := range files {
			got += string(f.Text)
			if !strings.HasPrefix(f.Name, filepath.Join(dir, path)) {
				t.Errorf("%s: a file is called %s", path, f.Name)
			}
		}
		if err != nil || got != want {
			t.Errorf("%s: got %s and %v, want %s", path, got, err, want)
		}
	}
	pipe := filepath.Join(dir, "one", "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"one", "."} { // and a link that leads to itself
		if files, err := Load(filepath.Join(dir, path), nil); err == nil {
			t.Errorf("%s: got %v", path, files)
		}
	}
	if err := os.Remove(pipe); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", pipe); err != nil {
		t.Fatal(err)
	}
	if files, err := Load(filepath.Join(dir, "one"), nil); err == nil {
		t.Errorf("a device: got %d files", len(files))
	}
}

func TestWhatIsNotThereIsSaidByItsName(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "routes")
	if _, err := Load(path, nil); err == nil || err.Error() != path+" is not there" {
		t.Error(err)
	}
}

// No more is read than may be, and no more is looked at.
func TestWhatIsTooMuchIsNotRead(t *testing.T) {
	t.Parallel()
	if _, err := Load("-", io.MultiReader(strings.NewReader("a"), endless{})); err == nil || !strings.Contains(err.Error(), "over 32 MiB") {
		t.Errorf("what never ends: %v", err)
	}
	dir := t.TempDir()
	for name, size := range map[string]int64{"a.yaml": 20 << 20, "b.yaml": 20 << 20} { // holes, each small enough
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(dir, nil); err == nil || !strings.Contains(err.Error(), "over 32 MiB") {
		t.Errorf("two files together: %v", err)
	}
	bomb := head + "spec:\n  parents: &a [" + strings.Repeat("x,", 50) + "x]\n"
	for level := range 9 {
		from, to := 'a'+rune(level), 'b'+rune(level)
		bomb += fmt.Sprintf("  p%d: &%c [%s]\n", level, to, strings.TrimSuffix(strings.Repeat("*"+string(from)+",", 10), ","))
	}
	if _, err := reading(bomb); err == nil || !strings.Contains(err.Error(), "anchors, aliases") {
		t.Errorf("aliases of aliases: %v", err)
	}
	if _, err := reading(strings.Repeat("---\n", maxDocuments+1)); err == nil || !strings.Contains(err.Error(), "documents") {
		t.Errorf("nothing, many times: %v", err)
	}
	_, err := reading(strings.Repeat(head+"spec: {x: y}\n---\n", 500))
	if e, ok := errors.AsType[*Error](err); !ok || len(e.Problems) != 500 || strings.Count(err.Error(), "is none") != mostTold || !strings.HasSuffix(err.Error(), "and 450 more") {
		t.Errorf("the same mistake everywhere: %v", err)
	}
}

// endless is a file that does not end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// BenchmarkRead reads ten thousand objects.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	w := NewWriter(&text)
	for i := range 10_000 {
		var o apply.Object
		switch i % 3 {
		case 0:
			o = apply.Object{Kind: apply.Membership, Spec: &apply.MembershipSpec{Group: fmt.Sprintf("group%d", i%500), Member: apply.SubjectSpec{User: fmt.Sprintf("p%d@example.test", i)}}}
		default:
			o = apply.Object{Kind: apply.Grant, ID: fmt.Sprintf("grant%d", i), Spec: &apply.GrantSpec{Subject: apply.SubjectSpec{Group: "desk"}, Role: "reader", Reason: "measured"}}
		}
		if err := w.Write(o); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	files := []File{{"all.yaml", []byte(text.String())}}
	for b.Loop() {
		if _, err := Read(files); err != nil {
			b.Fatal(err)
		}
	}
}
