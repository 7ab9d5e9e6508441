package imports

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/identity/intake"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// listed is how many earlier imports stand below the form.
const listed = "20"

// form shows the form, and what was taken in lately.
func (d *Door) form(v *guard.Visit) error {
	if err := v.Ready("beginImport", nil); err != nil {
		return err
	}
	page, err := newForm(v)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, pathForm)
	}
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func newForm(v *guard.Visit) (formPage, error) {
	page := formPage{Frame: v.Frame(), Now: time.Now(), Asked: v.Only("cursor")}
	page.Command = guard.Command("user", "import", "people.csv", "--dry-run")
	if !v.Can("listImports", nil) {
		return page, nil
	}
	q := v.Only("cursor")
	q.Set("limit", listed)
	found, err := guard.Ask[admin.Page[wire.Import]](v, "listImports", admin.Input{Query: q})
	if err != nil {
		return page, err
	}
	page.Earlier, page.Next = found.Body.Items, found.Body.Next
	return page, nil
}

// look keeps what the file comes to, and makes nobody.
func (d *Door) look(v *guard.Visit) error {
	if err := v.Ready("beginImport", nil); err != nil { // of whom it is not for nothing was read
		return err
	}
	name, content, err := sent(v)
	if err != nil {
		return err
	}
	field := "content"
	if name != "" {
		field = "file"
	}
	switch {
	case content == "":
		err = guard.Wrong("file", "is needed")
	case len(content) > intake.MaxBytes:
		err = guard.Wrong(field, "is larger than "+strconv.Itoa(intake.MaxBytes>>20)+" MiB")
	default:
		var made *admin.Made[wire.Import]
		made, err = guard.Ask[admin.Made[wire.Import]](v, "beginImport", admin.Input{
			Body: admin.ImportBegin{Content: content, File: name, DryRun: true}, Key: v.OnceOf(name + "\x00" + content),
		})
		if err == nil {
			return view.SeeOther(v.W, v.R, pathOf(string(made.Body.ID)))
		}
	}
	f := v.Frame()
	status, ok := v.Reject(&f, at(err, field))
	if !ok {
		return err
	}
	page, err := newForm(v)
	if err != nil {
		return err
	}
	f.Command = page.Command
	if page.Frame = f; field == "content" && len(content) <= shownAgain {
		page.Content = content
	}
	return v.Show(status, page)
}

// shownAgain is how much of what was typed a form that comes back holds, in bytes.
const shownAgain = 256 << 10

// sent is the file that a form brought, or what was typed instead.
func sent(v *guard.Visit) (name, content string, err error) {
	if v.R.MultipartForm == nil { // it was no form with a file, or that was not read
		return "", v.Value("content"), nil
	}
	f, head, err := v.R.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile):
		return "", v.Value("content"), nil
	case err != nil:
		return "", "", fmt.Errorf("read a file: %w", err)
	case head.Size == 0 && head.Filename == "":
		return "", v.Value("content"), nil
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	return intake.NameOf(head.Filename), string(all), err
}

// at tells of the field of the form what the API tells of the content.
func at(err error, field string) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		if f.Name == "content" || f.Name == "body.content" {
			f.Name = field
		}
		return f
	})
}
