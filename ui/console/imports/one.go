package imports

import (
	"net/http"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// one shows how far an import is, and what comes of its rows.
func (d *Door) one(v *guard.Visit) error {
	page, err := read(v)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(pathOf(v.R.PathValue("import")), page.Asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func read(v *guard.Visit) (importPage, error) {
	found, err := guard.Ask[admin.One[wire.Import]](v, "getImport", admin.Input{Path: on(v)})
	if err != nil {
		return importPage{}, err
	}
	page := importPage{
		Frame: v.Frame(), Import: found.Body, ETag: found.ETag, Now: time.Now(), Asked: v.Only("cursor", "wrong"),
		CanRun: v.Can("runImport", on(v)), CanStop: v.Can("stopImport", on(v)),
		CanDiscard: v.Can("discardImport", on(v)), CanPeople: v.Can("listUsers", nil),
	}
	page.Command = guard.Command("user", "import", "people.csv")
	names, err := v.Names([]string{page.Import.By.ID})
	if err != nil {
		return page, err
	}
	page.By = names[page.Import.By.ID]
	rows, err := guard.Ask[admin.Page[wire.ImportRow]](v, "listImportRows", admin.Input{Path: on(v), Query: page.Asked})
	if err != nil {
		return page, err
	}
	page.Rows, page.Next = rows.Body.Items, rows.Body.Next
	return page, nil
}

// acts are what can be done to an import, by their names in its forms. What it is run or discarded
// for is what was seen; it is stopped as far as it came meanwhile.
var acts = map[string]func(v *guard.Visit) error{
	"run": func(v *guard.Visit) error {
		return asking[admin.One[wire.Import]](v, "runImport", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	},
	"stop": func(v *guard.Visit) error {
		return asking[admin.One[wire.Import]](v, "stopImport", admin.Input{Path: on(v)})
	},
	discard: func(v *guard.Visit) error {
		return asking[admin.Nothing](v, "discardImport", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	},
}

const discard = "discard"

func asking[O any](v *guard.Visit, operation string, in admin.Input) error {
	_, err := guard.Ask[O](v, operation, in)
	return err
}

// act runs what was looked at, or stops or discards it.
func (d *Door) act(v *guard.Visit) error {
	name := v.Value("do")
	do := acts[name]
	if do == nil {
		return fault.New(fault.Malformed, "form.malformed", "The form could not be read.")
	}
	err := do(v)
	switch {
	case name == discard && (err == nil || fault.CodeOf(err) == "import.not_found"): // the form was sent twice
		return v.Done(pathForm, "discarded")
	case err == nil:
		return view.SeeOther(v.W, v.R, pathOf(v.R.PathValue("import")))
	}
	f := v.Frame()
	status, ok := v.Reject(&f, err)
	if !ok {
		return err
	}
	page, err := read(v)
	if err != nil {
		return err
	}
	f.Command = page.Command
	page.Frame = f
	return v.Show(status, page)
}

// report sends what came of each row as a file.
func (d *Door) report(v *guard.Visit) error {
	return guard.Send(v, "exportImportReport", admin.Input{Path: on(v)})
}
