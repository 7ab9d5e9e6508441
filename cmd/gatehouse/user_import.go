package main

import (
	"context"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity/intake"
	"gatehouse/wire"
)

// intakeFlags say how a file of people is read, and whether anybody is made.
type intakeFlags struct {
	format string
	dry    bool
}

var aPeopleFile = thing{"FILE", "a file of people, as CSV or lines of JSON; - is standard input"}

func (a *app) userImport() *cobra.Command {
	var f intakeFlags
	cmd := a.printing(&cobra.Command{
		Use:   "import FILE",
		Short: "Create people by a file",
		Long: `Create the people of a file: CSV whose first line names the columns, or a line of
JSON for each person, as the admin API takes them; - is standard input. Columns are
email, name, email_verified, the standard claims by their names (given_name, locale,
address.locality) and attributes.NAME. Whose address somebody has already is left as
they are, so that a file may be given again. Nobody has a password until one is set.
With --dry-run nobody is created and nothing kept: it says of each row what it would
come to. A file has up to 4 MiB and 10,000 rows. When the command is interrupted, a
server that runs goes on; the console lists the import for a week.`,
		Example: `  gatehouse user import people.csv --dry-run
  gatehouse user import people.csv
  gatehouse user import - --format ndjson --json < people`,
		Args: one(aPeopleFile),
	})
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "say what it would come to, and create nobody")
	cmd.Flags().StringVar(&f.format, "format", "", "the `format`: csv or ndjson; without it as the file looks")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if f.format != "" && f.format != wire.FormatCSV && f.format != wire.FormatLines {
			return usagef(`--format is "csv" or "ndjson"`)
		}
		rows, err := f.read(a, args[0])
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error { return f.run(ctx, a, h, filepath.Base(args[0]), rows) })
	})
	return cmd
}

func (f *intakeFlags) read(a *app, file string) ([]intake.Row, error) {
	content, err := a.readUpTo(file, intake.MaxBytes)
	if err != nil {
		return nil, err
	}
	format := f.format
	if format == "" {
		format = wire.FormatOf(file, string(content))
	}
	return wire.ReadPeople(format, string(content))
}

func (f *intakeFlags) run(ctx context.Context, a *app, h *house.House, file string, rows []intake.Row) error {
	looked, err := h.Intake.Look(ctx, rows)
	if err != nil {
		return err
	}
	told := importTold{Rows: wire.OfTally(looked.Tally)}
	if f.dry {
		told.report(looked.Rows(), a.json)
	} else if told, err = takeIn(ctx, a, h, file, looked); err != nil {
		return err
	}
	if err := told.tell(a); err != nil {
		return err
	}
	if told.Rows.Wrong > 0 {
		return failed("import.rows", "%d of %d rows are wrong and bring nobody", told.Rows.Wrong, told.Rows.Total)
	}
	return nil
}

// takeIn makes the people of a file who are new, and returns what came of it.
func takeIn(ctx context.Context, a *app, h *house.House, file string, looked intake.Looked) (told importTold, err error) {
	if file == "-" {
		file = ""
	}
	im, err := h.Intake.Begin(ctx, intake.Owner{By: operator(), Ago: -1}, file, looked, true)
	if err != nil {
		return told, err
	}
	if im, err = follow(ctx, a, h, im); err != nil {
		return told, err
	}
	shape := wire.OfImport(im)
	told = importTold{Import: &shape, Rows: shape.Rows}
	for after := (intake.Place{}); ; {
		found, next, err := h.Intake.Rows(ctx, im.ID, after, last(a.json), readPage)
		if err != nil {
			return told, err
		}
		told.report(found, a.json)
		if after = next; next == (intake.Place{}) {
			return told, nil
		}
	}
}

// last is the kind of the last rows that are told of: people hear of those that are wrong, a
// program of all.
func last(program bool) intake.Kind {
	if program {
		return intake.New
	}
	return intake.Wrong
}

// follow goes on with an import until it is over, be it here or at a server, and says how far
// it is.
func follow(ctx context.Context, a *app, h *house.House, im intake.Import) (intake.Import, error) {
	done := make(chan error, 1)
	go func() {
		for {
			if err := h.Intake.Step(ctx, time.Now()); err != nil {
				done <- err
				return
			}
			now, err := h.Intake.Import(ctx, im.ID)
			if err != nil || now.State != intake.Running {
				done <- err
				return
			}
			select { // a server goes on with it
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				return im, err
			}
			return h.Intake.Import(ctx, im.ID)
		case <-tick.C:
			now, err := h.Intake.Import(ctx, im.ID)
			if err != nil {
				continue // the step says so
			}
			if err := a.note("%d of %d", now.Done, now.Total); err != nil {
				return im, err
			}
		}
	}
}

// importTold is what the command prints of an import as JSON.
type importTold struct {
	*wire.Import                  // nil: nothing was kept
	Rows         wire.ImportRows  `json:"rows"`
	Report       []wire.ImportRow `json:"report"`
}

func (told *importTold) report(rows []intake.Row, program bool) {
	if told.Report == nil {
		told.Report = []wire.ImportRow{}
	}
	for _, r := range rows {
		if r.Kind <= last(program) {
			told.Report = append(told.Report, wire.OfImportRow(r))
		}
	}
}

// tell says what came of it, or would come.
func (told *importTold) tell(a *app) error {
	err := a.print(told, func(w io.Writer) {
		if len(told.Report) > 0 {
			row(w, "LINE", "EMAIL", "WHAT IS WRONG")
		}
		for _, r := range told.Report {
			row(w, strconv.Itoa(r.Line), r.Email, r.Said(func(p string) string { return p }))
		}
	})
	if err != nil || a.json {
		return err
	}
	verb, n := "were created", told.Rows.Made
	if told.Import == nil {
		verb, n = "would be created", told.Rows.New
	}
	return a.say(nil, "%d %s, %d are there already, %d rows are wrong.", n, verb, told.Rows.Known, told.Rows.Wrong)
}
