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
		return view.SeeOther(v.W, v.R, pathOf(v.R.PathValue("import")))
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
		Frame: v.Frame(), Import: found.Body, ETag: found.ETag, Now: time.Now(), Later: v.Query("cursor") != "", Wrong: v.Query("wrong") == "true",
		CanRun: v.Can("runImport", on(v)), CanStop: v.Can("stopImport", on(v)),
	}
	page.Command = guard.Command("user", "import", "people.csv")
	names, err := v.Names([]string{page.Import.By.ID})
	if err != nil {
		return page, err
	}
	page.By = names[page.Import.By.ID]
	rows, err := guard.Ask[admin.Page[wire.ImportRow]](v, "listImportRows", admin.Input{Path: on(v), Query: v.Only("cursor", "wrong")})
	if err != nil {
		return page, err
	}
	page.Rows, page.Next = rows.Body.Items, rows.Body.Next
	return page, nil
}

// act runs what was looked at, or stops it.
func (d *Door) act(v *guard.Visit) error {
	operation, in := "runImport", admin.Input{Path: on(v), IfMatch: v.Value("etag")}
	if v.Value("do") == "stop" {
		operation, in = "stopImport", admin.Input{Path: on(v)} // as far as it came meanwhile
	}
	_, err := guard.Ask[admin.One[wire.Import]](v, operation, in)
	if err == nil {
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
