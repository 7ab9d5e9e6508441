package admin

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/identity/intake"
	"gatehouse/proof"
	"gatehouse/wire"
)

// imports adds the routes of people who are taken in by the file.
func (d *Door) imports() {
	const all, one = "/imports", "/imports/{import}"
	named := func(rt Route) Route { rt.Kind, rt.Param = intake.KindImport, "import"; return rt }
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listImports", Permission: "users:read", Summary: "List the files of people that were taken in or looked at, the newest first"}, d.listImports)
	addLooked(d, Route{Method: http.MethodPost, Path: all, ID: "beginImport", Permission: "users:write", Summary: "Take in people by a file, in the background; or look what that comes to", Status: http.StatusCreated, Heavy: true, Large: true}, d.lookAtImport, d.beginImport)
	add(d, named(Route{Method: http.MethodGet, Path: one, ID: "getImport", Permission: "users:read", Summary: "See how far an import is"}), d.getImport)
	add(d, named(Route{Method: http.MethodPost, Path: one + "/run", ID: "runImport", Permission: "users:write", Summary: "Take in the people of a file that was looked at", Revised: true}), d.runImport)
	add(d, named(Route{Method: http.MethodPost, Path: one + "/stop", ID: "stopImport", Permission: "users:write", Summary: "Stop an import; who was made stays", Revised: true}), d.stopImport)
	add(d, named(Route{Method: http.MethodDelete, Path: one, ID: "discardImport", Permission: "users:write", Summary: "Forget an import that does not run, with its report; who was made stays", Revised: true}), d.discardImport)
	add(d, named(Route{Method: http.MethodGet, Path: one + "/rows", ID: "listImportRows", Permission: "users:read", Summary: "List what came of the rows of a file: those that are wrong first, then people who were there already"}), d.listImportRows)
	add(d, named(Route{Method: http.MethodGet, Path: "/import-reports/{import}", ID: "exportImportReport", Permission: "users:read", Summary: "Take along what came of each row, as CSV in which nothing is a formula or as lines of JSON", Lasting: true}), d.exportImportReport)
}

// ImportPath names an import.
type ImportPath struct {
	Import string `path:"import" maxLength:"64" doc:"The id of the import, imp_…"`
}

func (in *ImportPath) id() id.Import { return id.ImportOf(in.Import) }

func (d *Door) listImports(ctx context.Context, c *Call, in *Paged) (*Page[wire.Import], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	after, ok := importsAfter(place)
	if !ok {
		return nil, badCursor()
	}
	found, next, err := d.Intake.Imports(ctx, after, in.Limit)
	if err != nil {
		return nil, err
	}
	end := ""
	if next.ID != "" {
		end = strconv.FormatInt(next.At.UnixMicro(), 10) + "." + string(next.ID)
	}
	return pageOf(d, c, found, end, wire.OfImport)
}

func importsAfter(place string) (after intake.Cursor, ok bool) {
	if place == "" {
		return after, true
	}
	at, name, _ := strings.Cut(place, ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	return intake.Cursor{At: time.UnixMicro(micros), ID: id.ImportOf(name)}, err == nil && id.ImportOf(name) != ""
}

// ImportBegin is a file of people.
type ImportBegin struct {
	Content string `json:"content" minLength:"1" maxLength:"4194304" doc:"The file: CSV whose first line names the columns (email, name, email_verified, claims such as locale, attributes.NAME), or a line of JSON for each person, as one is created with"`
	Format  string `json:"format,omitempty" enum:"csv,ndjson" doc:"Absent: as the content looks"`
	File    string `json:"file,omitempty" maxLength:"200" doc:"The name of the file, to tell it from others"`
	DryRun  bool   `json:"dry_run,omitempty" doc:"Look what it comes to, and make nobody"`
}

type importIn struct{ Body ImportBegin }

// lookAtImport reads a file, and finds out what it comes to.
func (d *Door) lookAtImport(ctx context.Context, _ *Call, in *importIn) (intake.Looked, error) {
	format := in.Body.Format
	if format == "" {
		format = wire.FormatOf(in.Body.File, in.Body.Content)
	}
	rows, err := wire.ReadPeople(format, in.Body.Content)
	if err != nil {
		return intake.Looked{}, err
	}
	return d.Intake.Look(ctx, rows)
}

func (d *Door) beginImport(ctx context.Context, c *Call, in *importIn, found intake.Looked) (*Made[wire.Import], error) {
	im, err := d.Intake.Begin(ctx, c.ownsImport(), in.Body.File, found, !in.Body.DryRun)
	return madeOf(wire.OfImport(im), Base+"/imports/"+string(im.ID), im.Rev, err)
}

// ownsImport is the caller as what goes on in their name asks about them.
func (c *Call) ownsImport() intake.Owner {
	o := intake.Owner{By: c.By, Ago: -1, Delegated: c.Delegated(), Scopes: c.Scopes()}
	acr, at := c.Proof()
	o.Level, _ = proof.ParseLevel(acr) // what we did not write is none
	if at != 0 {
		o.Ago = max(time.Since(time.Unix(at, 0)), 0)
	}
	if c.Key != "" {
		o.Until = c.Expires()
	}
	return o
}

type partOfImportIn struct {
	ImportPath
	Partial
}

func (d *Door) getImport(ctx context.Context, _ *Call, in *partOfImportIn) (*One[wire.Import], error) {
	im, err := d.Intake.Import(ctx, in.id())
	return oneOf(wire.OfImport(im), im.Rev, err)
}

func (d *Door) runImport(ctx context.Context, c *Call, in *ImportPath) (*One[wire.Import], error) {
	im, err := d.Intake.Run(ctx, c.ownsImport(), in.id(), c.Rev())
	return oneOf(wire.OfImport(im), im.Rev, err)
}

func (d *Door) stopImport(ctx context.Context, c *Call, in *ImportPath) (*One[wire.Import], error) {
	im, err := d.Intake.Stop(ctx, c.By, in.id(), c.Rev())
	return oneOf(wire.OfImport(im), im.Rev, err)
}

func (d *Door) discardImport(ctx context.Context, c *Call, in *ImportPath) (*Nothing, error) {
	return &Nothing{}, d.Intake.Discard(ctx, c.By, in.id(), c.Rev())
}

type importRowsIn struct {
	ImportPath
	Paged
	Wrong bool `query:"wrong" doc:"Only those that are wrong"`
}

func (d *Door) listImportRows(ctx context.Context, c *Call, in *importRowsIn) (*Page[wire.ImportRow], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	after, ok := rowsAfter(place)
	if !ok {
		return nil, badCursor()
	}
	if _, err := d.Intake.Import(ctx, in.id()); err != nil {
		return nil, err
	}
	last := intake.New
	if in.Wrong {
		last = intake.Wrong
	}
	found, next, err := d.Intake.Rows(ctx, in.id(), after, last, in.Limit)
	if err != nil {
		return nil, err
	}
	end := ""
	if next != (intake.Place{}) {
		end = strconv.Itoa(int(next.Kind)) + "." + strconv.Itoa(next.N)
	}
	return pageOf(d, c, found, end, wire.OfImportRow)
}

func rowsAfter(place string) (after intake.Place, ok bool) {
	if place == "" {
		return after, true
	}
	kind, number, _ := strings.Cut(place, ".")
	k, err := strconv.Atoi(kind)
	n, bad := strconv.Atoi(number)
	return intake.Place{Kind: intake.Kind(k), N: n}, err == nil && bad == nil
}

type reportIn struct {
	ImportPath
	Format string `query:"format" enum:"csv,ndjson" default:"csv"`
}

// rowsAtOnce is how many rows of a report are read at once.
const rowsAtOnce = 500

func (d *Door) exportImportReport(ctx context.Context, _ *Call, in *reportIn) (*Stream, error) {
	if _, err := d.Intake.Import(ctx, in.id()); err != nil {
		return nil, err
	}
	s := &Stream{kind: kindCSV, name: "import.csv", log: d.Log}
	s.each = func(w io.Writer) error { return wire.ReportCSV(w, d.rowsOf(ctx, in.id())) }
	if in.Format == wire.FormatLines {
		s.kind, s.name = kindLines, "import.ndjson"
		s.each = func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			for r, err := range d.rowsOf(ctx, in.id()) {
				if err == nil {
					err = e.Encode(wire.OfImportRow(r))
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	return s, nil
}

// rowsOf are all rows of an import.
func (d *Door) rowsOf(ctx context.Context, of id.Import) iter.Seq2[intake.Row, error] {
	return func(yield func(intake.Row, error) bool) {
		var after intake.Place
		for {
			found, next, err := d.Intake.Rows(ctx, of, after, intake.New, rowsAtOnce)
			if err != nil {
				yield(intake.Row{}, err)
				return
			}
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
			if after = next; next == (intake.Place{}) {
				return
			}
		}
	}
}
