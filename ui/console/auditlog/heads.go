package auditlog

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// headsPage lists the signed heads of the log.
type headsPage struct {
	guard.Frame
	Asked url.Values
	List  []wire.Checkpoint
	Next  string
	Now   time.Time
}

func (p headsPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleAudit.Heads) }
func (p headsPage) Body() templ.Component               { return headsBody(p) }

func (p *headsPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleAudit
	t := part.Table{ID: "checkpoints", Caption: string(is.Heads), Columns: []part.Column{{Label: is.Sealed}, {Label: is.When}}}
	for _, one := range p.List {
		t.Rows = append(t.Rows, part.Row{Label: number(one.Size), Href: consistencyOf(one.Size), Cells: []templ.Component{part.Text(say.Number(int(one.Size))), part.When(p.Now, one.At)}})
	}
	return t
}

// sizeAsked leads to the proof of a checkpoint that somebody kept, whether it is on this page or not.
func sizeAsked(say *words.Catalogue, value string, wrong *fault.Error) part.Filters {
	is := &say.ConsoleAudit
	f := part.Filters{Action: pathConsistency, Do: part.Button{Label: is.Prove}, Fields: []part.Field{{ID: "size", Label: is.KeptSize, Value: value, Max: 18, Literal: true, Optional: true}}}
	return f.Faulty(say, wrong)
}

// consistencyOf is the page with the proof that the log still begins with so many entries.
func consistencyOf(size int64) string {
	return pathConsistency + "?size=" + strconv.FormatInt(size, 10)
}

// heads shows a page of the checkpoints, the smallest first.
func (d *Door) heads(v *guard.Visit) error {
	page := headsPage{Frame: v.Frame(), Asked: v.Only("cursor"), Now: time.Now()}
	found, err := guard.Ask[admin.Page[wire.Checkpoint]](v, "listAuditCheckpoints", admin.Input{Query: page.Asked})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, pathHeads)
	}
	if err != nil {
		return err
	}
	page.List, page.Next = found.Body.Items, found.Body.Next
	return v.Show(http.StatusOK, page)
}

// consistencyPage shows that the log still begins with what a checkpoint was about.
type consistencyPage struct {
	guard.Frame
	Typed string
	Proof *wire.ConsistencyProof // nil: nobody asked yet, or it was refused
	Text  string                 // of the proof, as it is handed on
}

func (p consistencyPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleAudit.Consistency))
}
func (p consistencyPage) Body() templ.Component { return consistencyBody(p) }

func (p *consistencyPage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleAudit
	return []part.Fact{
		{Name: is.KeptSize, Value: part.Text(say.Number(int(p.Proof.From)))},
		{Name: is.Size, Value: part.Text(say.Number(int(p.Proof.Size)))},
		{Name: is.Key, Value: part.Copy("log-key", p.Proof.Key)},
	}
}

// consistency proves it, for a checkpoint of as many entries as the address says.
func (d *Door) consistency(v *guard.Visit) error {
	page := consistencyPage{Frame: v.Frame(), Typed: v.Query("size")}
	if err := v.Ready("proveAuditConsistency", nil); err != nil || page.Typed == "" {
		if err == nil {
			err = v.Show(http.StatusOK, page)
		}
		return err
	}
	found, err := guard.Ask[admin.One[wire.ConsistencyProof]](v, "proveAuditConsistency", admin.Input{Path: guard.On("size", page.Typed)})
	if err != nil {
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, page)
	}
	text, err := json.MarshalIndent(found.Body, "", "  ")
	if err != nil {
		return err
	}
	page.Proof, page.Text = &found.Body, string(text)
	page.Command = guard.Run("audit", "prove").With("since", number(found.Body.From)).String()
	return v.Show(http.StatusOK, page)
}
