package files

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
)

// entry is a file with what shall be done with it.
type entry struct {
	Name, Content string // the name of the file, "" where its content was typed
	Set           string
	Prune, Adopt  bool
}

// called is how the file is called in what is wrong with it.
func (e *entry) called() string {
	if e.Name != "" {
		return e.Name
	}
	return "file.yaml"
}

// command does the same.
func (e *entry) command() string {
	line := guard.Run("apply").Typed("file", e.Name, "FILE")
	if e.Set != "" && e.Set != apply.Unnamed {
		line.With("name", e.Set)
	}
	return line.Tick("prune", e.Prune).Tick("adopt", e.Adopt).String()
}

// form asks for a file.
func (d *Door) form(v *guard.Visit) error {
	if err := v.Ready("apply", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newForm(v, entry{Set: apply.Unnamed}))
}

func newForm(v *guard.Visit, in entry) formPage {
	page := formPage{Frame: v.Frame(), In: in}
	page.Command = in.command()
	return page
}

// apply shows first what the file would change, and does that once somebody said so: exactly that, or
// nothing where the house changed meanwhile.
func (d *Door) apply(v *guard.Visit) error {
	if err := v.Ready("apply", nil); err != nil { // of whom it is not for nothing was read
		return err
	}
	in, err := sent(v)
	if err != nil {
		return err
	}
	page := newForm(v, in)
	field := "content"
	if in.Name != "" {
		field = "file"
	}
	switch {
	case strings.TrimSpace(in.Content) == "":
		err = guard.Wrong("file", "is needed")
	case len(in.Content) > MaxFile:
		err = guard.Wrong(field, "is larger than "+strconv.Itoa(MaxFile>>20)+" MiB")
	default:
		return d.planned(v, page)
	}
	return page.refused(v, err)
}

// refused shows the form again.
func (p formPage) refused(v *guard.Visit, err error) error {
	if wrong, ok := errors.AsType[*Wrong](err); ok {
		p.Bad = wrong
		status := http.StatusUnprocessableEntity
		if fault.Is(wrong.Err, fault.Forbidden) {
			status = http.StatusForbidden
		}
		return v.Show(status, p.short())
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p.short())
}

// planned goes on with a file that can be looked at.
func (d *Door) planned(v *guard.Visit, page formPage) error {
	objects, at, err := d.Manifests.Read(page.In.called(), []byte(page.In.Content))
	if err != nil {
		return page.refused(v, err)
	}
	body := body(&page.In, objects)
	digest := v.Value("digest")
	if digest != "" && v.Value("back") == "" {
		body.Digest = digest
		done, err := guard.Ask[admin.PlanOut](v, "apply", admin.Input{Body: body})
		if err == nil {
			return v.Show(http.StatusOK, donePage{Frame: v.Frame(), Plan: done.Body})
		}
		switch fault.CodeOf(err) {
		case "apply.changed", "apply.busy":
		case "idempotency.secret": // the first answer was the only one to show them
			err = fault.Wrap(err, fault.Conflict, "idempotency.secret", "This was done already. The secrets of new applications stood in the first answer, and are not shown again.")
		default:
			return page.refused(v, at(err))
		}
		if _, ok := v.Reject(&page.Frame, err); !ok { // it is shown below what would be done now
			return err
		}
		body.Digest = ""
	}
	if v.Value("back") != "" {
		return v.Show(http.StatusOK, page.short())
	}
	body.Plan = true
	plan, err := guard.Ask[admin.PlanOut](v, "apply", admin.Input{Body: body, Key: guard.NewKey()}) // whatever became of the form
	if err != nil {
		return page.refused(v, at(err))
	}
	status := http.StatusOK
	if page.Wrong != nil {
		status = http.StatusConflict
	}
	return v.Show(status, planPage{Frame: page.Frame, In: page.In, Plan: plan.Body})
}

func body(in *entry, objects []apply.Object) admin.SetApply {
	all := make([]admin.SetObject, len(objects))
	for i, one := range objects {
		all[i] = admin.SetObject{APIVersion: apply.Version, Kind: string(one.Kind), Spec: one.Spec}
		if one.ID != "" {
			all[i].Metadata = &admin.SetMetadata{ID: one.ID}
		}
	}
	return admin.SetApply{Set: in.Set, Objects: all, Prune: in.Prune, Adopt: in.Adopt}
}

// sent is what the form brought: a file, or what was typed instead.
func sent(v *guard.Visit) (in entry, err error) {
	in = entry{Name: short(v.Value("name")), Content: v.Value("content"), Set: strings.TrimSpace(v.Value("set")), Prune: v.Value("prune") != "", Adopt: v.Value("adopt") != ""}
	if in.Set == "" {
		in.Set = apply.Unnamed
	}
	if v.R.MultipartForm == nil { // it was no form with a file
		return in, nil
	}
	f, head, err := v.R.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile):
		return in, nil
	case err != nil:
		return in, fmt.Errorf("read a file: %w", err)
	case head.Size == 0 && head.Filename == "":
		return in, nil
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	in.Name, in.Content = short(head.Filename), string(all)
	return in, err
}

// short is the name of a file that is not too long to be shown.
func short(name string) string {
	if all := []rune(name); len(all) > 200 {
		return string(all[:200])
	}
	return name
}
