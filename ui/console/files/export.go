package files

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// firstPage leads to both.
type firstPage struct {
	guard.Frame
	CanExport, CanApply bool
}

func (p firstPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleFiles.Title) }
func (p firstPage) Body() templ.Component               { return firstBody(p) }

// first shows what can be done with files.
func (d *Door) first(v *guard.Visit) error {
	page := firstPage{Frame: v.Frame(), CanExport: v.Can("export", nil), CanApply: v.Can("apply", nil)}
	if !page.CanExport && !page.CanApply {
		return v.Ready("export", nil)
	}
	if page.CanExport {
		page.Command = guard.Command("export", "-o", "house.yaml")
	}
	return v.Show(http.StatusOK, page)
}

// export sends all that the house holds, as the visitor may see each kind of it. Nothing is sent before
// all of it was written: half a file would look like a house that has less.
func (d *Door) export(v *guard.Visit) error {
	found, err := guard.Ask[admin.ExportOut](v, "export", admin.Input{})
	if err != nil {
		return err
	}
	all := make([]apply.Object, len(found.Body.Objects))
	for i, one := range found.Body.Objects {
		all[i] = apply.Object{Kind: apply.Kind(one.Kind), Spec: one.Spec}
		if one.Metadata != nil {
			all[i].ID = one.Metadata.ID
		}
	}
	var text bytes.Buffer
	if err := d.Manifests.Write(&text, all); err != nil {
		return fmt.Errorf("write an export: %w", err)
	}
	h := v.W.Header()
	h.Set("Content-Type", "application/yaml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="gatehouse-`+time.Now().UTC().Format("20060102-150405")+`.yaml"`)
	h.Set("Cache-Control", "no-store")
	_, err = v.W.Write(text.Bytes())
	return err
}
