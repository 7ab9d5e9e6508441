// Package manifest reads and writes the files that say what a house shall be like: YAML
// documents, each one object with apiVersion, kind, metadata and spec, several in a file
// and several files in a folder (docs/apply.md). They are read strictly, and all that is
// wrong is said at once, with line and caret. What an object means, package apply knows.
package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gatehouse/apply"
	"gatehouse/config"
	"gatehouse/config/internal/yamlfile"
	"gatehouse/fault"
	"gatehouse/gate"
)

// Bounds of what is read. Each counts before anything is parsed.
const (
	maxBytes     = 32 << 20 // of all files together
	maxDocument  = 256 << 10
	maxFiles     = 1000
	maxDocuments = 2 * apply.MaxObjects // those that say nothing among them
	maxDepth     = 32                   // of what is in one another on a line
)

// File is one file of a manifest.
type File struct {
	Name string
	Text []byte
}

// Manifest is what files say.
type Manifest struct {
	Objects []apply.Object
	Gate    []gate.Object // of what ReadRoutes reads
	places  []places      // of the objects
	files   []*file
}

// vocabulary is what files may speak of.
type vocabulary struct {
	kinds []string
	spec  func(kind string) any // nil: there is no such kind
	keep  func(m *Manifest, kind, id string, spec any)
	// each file has to say something: one that is empty is being written, and what it is to
	// protect would fall to others.
	each bool
}

// file is a File by lines.
type file struct {
	name  string
	lines []string
}

func (f *file) line(n int) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(f.lines[n-1], "?"))
}

// places is where an object, and each of its fields, stands.
type places struct {
	file *file
	kind apply.Kind
	at   place
	of   map[string]place
}

type place struct{ line, column int }

// Load finds the files under a path: the file itself, or of a folder all whose names end
// in .yaml or .yml, in their order, those in folders of it too. Hidden ones are passed
// over. Links to files are followed, and so is one that is the path itself, as those who
// swap a whole folder leave it. The path - is what in holds.
func Load(path string, in io.Reader) ([]File, error) {
	if path == "-" {
		b, err := bounded(in, maxBytes)
		return []File{{"standard input", b}}, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there", path)
	}
	if err != nil {
		return nil, fmt.Errorf("look for the files: %w", err)
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = inFolder(path); err != nil {
			return nil, fmt.Errorf("look for the files: %w", err)
		}
		if err := plainFiles(names); err != nil {
			return nil, err
		}
	}
	var files []File
	left := int64(maxBytes)
	for _, name := range names {
		b, err := readFile(name, left)
		if err != nil {
			return nil, err
		}
		files, left = append(files, File{name, b}), left-int64(len(b))
	}
	return files, nil
}

func inFolder(path string) (names []string, err error) {
	err = fs.WalkDir(os.DirFS(path), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)):
			names = append(names, filepath.Join(path, name))
		}
		if len(names) > maxFiles {
			return fmt.Errorf("there are more than %d of them", maxFiles)
		}
		return nil
	})
	return names, err
}

// plainFiles refuses what nobody would find the end of: a pipe, a device.
func plainFiles(names []string) error {
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("look for the files: %w", err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is no file", name)
		}
	}
	return nil
}

func readFile(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read a manifest: %w", err)
	}
	defer f.Close()
	b, err := bounded(f, most)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}

func bounded(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("all files together are over %d MiB", maxBytes>>20)
	}
	return b, err
}

// Read reads what files say that a house shall be like. What is wrong with them is an
// *Error.
func Read(files []File) (*Manifest, error) { return read(files, house, "apply.unread") }

// ReadRoutes reads what files say of the gate: its routes, upstreams and edges, as Gate.
// What is wrong with them is an *Error.
func ReadRoutes(files []File) (*Manifest, error) { return read(files, routes, gate.CodeRoutes) }

func read(files []File, words vocabulary, code string) (*Manifest, error) {
	m, bad, documents := &Manifest{}, &Error{Code: code}, 0
	for _, one := range files {
		f := &file{one.Name, strings.Split(strings.ReplaceAll(string(one.Text), "\r\n", "\n"), "\n")}
		m.files = append(m.files, f)
		before := len(m.places) + len(bad.Problems)
		for from := 0; from < len(f.lines); {
			if documents++; documents > maxDocuments {
				bad.Problems = append(bad.Problems, f.problem(place{from + 1, 1}, fmt.Sprintf("there are more than %d documents", maxDocuments)))
				return nil, bad
			}
			to := f.documentEnd(from)
			r := reader{m: m, words: words, bad: bad, places: places{file: f, at: place{from + 1, 1}, of: map[string]place{}}, shift: from}
			r.read(from, to)
			from = to + 1
		}
		if words.each && before == len(m.places)+len(bad.Problems) {
			bad.Problems = append(bad.Problems, f.problem(place{1, 1}, "this file says nothing; remove it, if that is meant"))
		}
	}
	if len(bad.Problems) > 0 {
		return nil, bad
	}
	return m, nil
}

// documentEnd is the line, counted from 0, on which the document that begins at from
// ends: a line of three dashes, or behind the last.
func (f *file) documentEnd(from int) int {
	for i := from; i < len(f.lines); i++ {
		if line := f.lines[i]; line == "---" || strings.HasPrefix(line, "--- ") || line == "..." {
			return i
		}
	}
	return len(f.lines)
}

// Locate turns what package apply or gate refused of the objects into where it stands in the
// files. Any other error it returns as it is.
func (m *Manifest) Locate(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 || !strings.HasPrefix(f.Code, "apply.") && f.Code != gate.CodeRoutes && f.Code != gate.CodeTests {
		return err
	}
	said := &Error{Code: f.Code, fault: f}
	for _, one := range f.Fields {
		one.Problem = m.mentioned(one.Problem)
		p := config.Problem{Text: one.Problem}
		if n, field, ok := fault.InObject(one.Name); ok && field != "" && n < len(m.places) {
			one.Problem += m.besides(n, one.Problem)
			p = m.places[n].problem(field, one.Problem)
		}
		said.Problems = append(said.Problems, p)
	}
	m.sort(said.Problems)
	return said
}

// besides says where the first object of the gate stands of those that are there twice.
func (m *Manifest) besides(n int, problem string) string {
	if problem != "is there twice" || n >= len(m.Gate) {
		return ""
	}
	for i := range n {
		if m.Gate[i].ID == m.Gate[n].ID && m.places[i].kind == m.places[n].kind {
			return m.mentioned(fmt.Sprintf(", at objects[%d], too", i))
		}
	}
	return ""
}

var otherObject = regexp.MustCompile(`objects\[(\d+)\]`)

// mentioned says of the objects that a problem speaks of where they stand.
func (m *Manifest) mentioned(problem string) string {
	return otherObject.ReplaceAllStringFunc(problem, func(name string) string {
		n, err := strconv.Atoi(otherObject.FindStringSubmatch(name)[1])
		if err != nil || n >= len(m.places) {
			return name
		}
		p := m.places[n]
		at, ok := p.of["metadata.id"]
		if !ok {
			at = p.at
		}
		return fmt.Sprintf("%s:%d", p.file.name, at.line)
	})
}

// sort brings problems into the order of the files; those that are of no file come last.
func (m *Manifest) sort(all []config.Problem) {
	order := map[string]int{"": len(m.files)}
	for i, f := range m.files {
		order[f.name] = i
	}
	slices.SortStableFunc(all, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(order[a.Source.Name], order[b.Source.Name]), cmp.Compare(a.Source.Line, b.Source.Line))
	})
}

// Error is all that is wrong with files, or that a house refused of them.
type Error struct {
	Code     string
	Problems []config.Problem
	fault    error
}

// mostTold is how many problems are told: who begins with the first of them sees soon
// whether the others are more than one mistake.
const mostTold = 50

// Error returns one problem after the other, each on lines of its own.
func (e *Error) Error() string { return e.In(func(text string) string { return text }) }

// In is Error in other words: each problem as say says it.
func (e *Error) In(say func(text string) string) string {
	told := config.Error{Problems: slices.Clone(e.Problems[:min(len(e.Problems), mostTold)])}
	for i := range told.Problems {
		told.Problems[i].Text = say(told.Problems[i].Text)
	}
	if more := len(e.Problems) - mostTold; more > 0 {
		return told.Error() + "\n" + say(fmt.Sprintf("and %d more", more))
	}
	return told.Error()
}

// Unwrap returns what the house said, if it was asked.
func (e *Error) Unwrap() error { return e.fault }

// problem says what is wrong with a field, or with what it is in.
func (p *places) problem(field, text string) config.Problem {
	at, here := p.at, field
	for here != "" {
		if found, ok := p.of[here]; ok {
			at = found
			break
		}
		if found, ok := p.of[p.meant(here)]; ok {
			at, field = found, p.meant(here)
			break
		}
		if i := strings.LastIndexAny(here, ".["); i > 0 {
			here = here[:i]
		} else {
			here = ""
		}
	}
	return p.file.problem(at, field+" "+text)
}

// meant is a field as files call it that a service calls otherwise. An application has a
// name besides its id; of others their name is their id.
func (p *places) meant(field string) string {
	if field == "spec.name" && p.kind == apply.Client {
		return ""
	}
	return meant[field]
}

// meant are fields as services call them, and as files do.
var meant = map[string]string{
	"spec.id": "metadata.id", "spec.name": "metadata.id", "spec.roles_claim": "spec.roles.claim", "spec.roles_format": "spec.roles.format", "spec.roles_prefix": "spec.roles.prefix",
	"spec.roles_filter": "spec.roles.filter", "spec.groups_claim": "spec.groups.claim", "spec.groups_format": "spec.groups.format", "spec.groups_prefix": "spec.groups.prefix",
	"spec.groups_filter": "spec.groups.filter", "spec.of": "spec.group",
}

func (f *file) problem(at place, text string) config.Problem {
	return config.Problem{
		Source: config.Source{Layer: config.File, Name: f.name, Line: at.line, Column: at.column}, Text: text,
		Excerpt: yamlfile.Excerpt(f.line, len(f.lines), at.line, at.column),
	}
}
