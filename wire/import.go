package wire

import (
	"bufio"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/intake"
)

// Import is a file of people on its way.
type Import struct {
	ID      id.Import    `json:"id"`
	State   intake.State `json:"state" enum:"checked,running,done,stopped" doc:"checked: it was looked at, and nobody was made"`
	File    string       `json:"file,omitempty"` // its name, as it was told
	By      Actor        `json:"by"`
	Rows    ImportRows   `json:"rows"`
	Why     string       `json:"why,omitempty" doc:"Why it was stopped: asked; right: who began it may make people no more; rows: some that nobody had dealt with are gone"`
	Created time.Time    `json:"created"`
	Began   time.Time    `json:"began,omitzero"`
	Ended   time.Time    `json:"ended,omitzero"`
	Over    time.Time    `json:"over,omitzero" doc:"From then on it is not there; absent while it runs"`
}

// ImportRows counts the rows of an import.
type ImportRows struct {
	Total int `json:"total"`
	Done  int `json:"done"` // that were dealt with
	New   int `json:"new" doc:"That make somebody, who is not made yet"`
	Made  int `json:"made"`
	Known int `json:"known" doc:"Whose address somebody has already: these people stay as they are"`
	Wrong int `json:"wrong"`
}

// OfImport returns the shape of im.
func OfImport(im intake.Import) Import {
	by := im.Owner.By
	w := Import{
		ID: im.ID, State: im.State, File: im.File, By: Actor{by.Kind, by.ID, by.Key, by.Session, by.Client}, Why: im.Why, Rows: OfTally(im.Tally),
		Created: im.Created.UTC(), Began: im.Began.UTC(), Ended: im.Ended.UTC(),
	}
	if im.State != intake.Running {
		w.Over = im.Over.UTC()
	}
	return w
}

// OfTally returns the shape of t.
func OfTally(t intake.Tally) ImportRows {
	return ImportRows{Total: t.Total, Done: t.Done, New: t.New(), Made: t.Made, Known: t.Known, Wrong: t.Wrong}
}

// ImportRow is what came, or would come, of a row of a file.
type ImportRow struct {
	Line     int             `json:"line"` // where in the file it begins
	Email    string          `json:"email"`
	Outcome  string          `json:"outcome" enum:"wrong,known,new,made"`
	User     id.User         `json:"user,omitempty" doc:"Who was made, or has the address"`
	Problems []ImportProblem `json:"problems,omitempty"`
}

// ImportProblem is what is wrong with a row.
type ImportProblem struct {
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem"`
}

// Person returns of whom the shape tells.
func (w ImportRow) Person() id.User { return w.User }

// OfImportRow returns the shape of r.
func OfImportRow(r intake.Row) ImportRow {
	w := ImportRow{Line: r.Line, Email: r.Person.Email, User: r.User}
	switch {
	case r.Kind == intake.Wrong:
		w.Outcome = "wrong"
	case r.Kind == intake.Known:
		w.Outcome = "known"
	case r.User == "":
		w.Outcome = "new"
	default:
		w.Outcome = "made"
	}
	for _, f := range r.Problems {
		w.Problems = append(w.Problems, ImportProblem{f.Name, f.Problem})
	}
	return w
}

// Said is what is wrong with the row, in a line.
func (w ImportRow) Said(say func(problem string) string) string {
	all := make([]string, len(w.Problems))
	for i, p := range w.Problems {
		all[i] = strings.TrimSpace(p.Field + " " + say(p.Problem))
	}
	return strings.Join(all, "; ")
}

// ReportCSV writes what came of rows as CSV with a header, in which nothing is a formula.
func ReportCSV(w io.Writer, rows iter.Seq2[intake.Row, error]) error {
	lines := bufio.NewWriter(w)
	if err := writeRow(lines, []string{"line", "email", "outcome", "user", "problems"}); err != nil {
		return err
	}
	for r, err := range rows {
		if err != nil {
			return err
		}
		one := OfImportRow(r)
		if err := writeRow(lines, []string{strconv.Itoa(one.Line), one.Email, one.Outcome, string(one.User), one.Said(func(p string) string { return p })}); err != nil {
			return err
		}
	}
	return lines.Flush()
}

// badFile is the refusal of a file as a whole.
func badFile(problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "import.file", Detail: "The file cannot be read.", Fields: []fault.Field{{Name: "content", Problem: problem}}}
}
