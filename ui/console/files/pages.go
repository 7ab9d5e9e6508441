package files

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// formPage takes a file.
type formPage struct {
	guard.Frame
	In  entry
	Bad *Wrong // what is wrong with the file; nil for nothing
}

func (p formPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleFiles.Apply))
}
func (p formPage) Body() templ.Component { return formBody(p) }

// shownAgain is how much of what was typed a form that comes back holds, in bytes.
const shownAgain = 256 << 10

// short is the page without what is too much to be shown again. A file is chosen anew.
func (p formPage) short() formPage {
	if p.In.Name != "" || len(p.In.Content) > shownAgain {
		p.In.Content = ""
	}
	return p
}

func (p *formPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleFiles
	return p.Draw(say, part.Form{
		ID: "apply", Action: pathApply, Cancel: path, Files: true, Do: []part.Button{{ID: "submit", Label: is.Look, Main: true}},
		Fields: []part.Field{
			{ID: "file", Label: is.File, Hint: is.FileHint, Kind: "file", Optional: true, Accept: ".yaml,.yml,.json,application/yaml"},
			{ID: "content", Label: is.Typed, Kind: part.Area, Value: p.In.Content, Optional: true, Rows: 8, Literal: true, Complete: "off"},
			{ID: "set", Label: is.Set, Hint: is.SetHint, Value: p.In.Set, Max: 64, Literal: true, Complete: "off"},
			{ID: "prune", Label: is.Prune, Hint: is.PruneHint, Kind: part.Tick, On: p.In.Prune},
			{ID: "adopt", Label: is.Adopt, Hint: is.AdoptHint, Kind: part.Tick, On: p.In.Adopt},
		},
	})
}

// planPage shows what a file would change, and asks whether to do it.
type planPage struct {
	guard.Frame
	In   entry
	Plan admin.SetPlan
}

func (p planPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleFiles.Planned))
}
func (p planPage) Body() templ.Component { return planBody(p) }

// does reports whether anything would be done.
func (p *planPage) does() bool {
	return len(p.Plan.Changes) > count(&p.Plan, apply.Ended)
}

func (p *planPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleFiles
	hidden := []part.Hidden{{Name: "name", Value: p.In.Name}, {Name: "content", Value: p.In.Content}, {Name: "set", Value: p.In.Set}, {Name: "digest", Value: p.Plan.Digest}}
	if p.In.Prune {
		hidden = append(hidden, part.Hidden{Name: "prune", Value: "true"})
	}
	if p.In.Adopt {
		hidden = append(hidden, part.Hidden{Name: "adopt", Value: "true"})
	}
	deletes := count(&p.Plan, apply.Delete) > 0
	return part.Confirm{Title: is.Sure, Consequence: is.SureWhy, Details: counts(say, &p.Plan), Bad: deletes, Form: p.Draw(say, part.Form{
		ID: "sure", Action: pathApply, Cancel: pathApply, Hidden: hidden, Files: true, Do: []part.Button{{ID: "submit", Label: is.Do, Main: !deletes, Danger: deletes}},
	})}
}

// donePage shows what was done, with the first secrets of new applications.
type donePage struct {
	guard.Frame
	Plan admin.SetPlan
}

func (p donePage) Head(say *words.Catalogue) view.Head {
	if len(p.Plan.Secrets) > 0 {
		return part.HeadOnce(say.ConsoleFiles.Done)
	}
	return part.Head(say.ConsoleFiles.Done)
}
func (p donePage) Body() templ.Component { return doneBody(p) }

func (p *donePage) secrets(say *words.Catalogue) []part.Secret {
	all := make([]part.Secret, len(p.Plan.Secrets))
	for i, one := range p.Plan.Secrets {
		all[i] = part.Secret{ID: fmt.Sprintf("secret-%d", i), Label: string(say.ConsoleFiles.SecretOf.With(words.Name, string(one.Client))), Value: string(one.Secret), Stored: path}
	}
	return all
}

// count is how many changes are of an action.
func count(p *admin.SetPlan, action apply.Action) (n int) {
	for _, c := range p.Changes {
		if c.Action == string(action) {
			n++
		}
	}
	return n
}

// counts says how many things are done something with.
func counts(say *words.Catalogue, p *admin.SetPlan) (all []string) {
	is := &say.ConsoleFiles
	for _, of := range []struct {
		action apply.Action
		says   words.Plural
	}{{apply.Create, is.Creates}, {apply.Update, is.Updates}, {apply.Delete, is.Deletes}, {apply.Adopt, is.Adopts}, {apply.Ended, is.Endeds}} {
		if n := count(p, of.action); n > 0 {
			all = append(all, say.Count(of.says, n))
		}
	}
	return all
}

// maxShown is how many changes stand on a page, maxFields of how many fields of each, and maxValue how
// much of a value, in characters.
const (
	maxShown  = 200
	maxFields = 20
	maxValue  = 200
)

// table is what changes, of much of it the first.
func table(say *words.Catalogue, p *admin.SetPlan) part.Table {
	is := &say.ConsoleFiles
	t := part.Table{ID: "changes", Caption: is.Changes, Columns: []part.Column{{Label: is.Thing}, {Label: is.Action}, {Label: is.Fields}}}
	for _, c := range p.Changes[:min(len(p.Changes), maxShown)] {
		t.Rows = append(t.Rows, part.Row{Label: c.Kind + " " + c.ID, Cells: []templ.Component{
			part.Cell(part.Lines{Main: c.Kind, Code: c.ID}), part.Pill(badge(say, c.Action)), fields(lines(say, &c)),
		}})
	}
	if more := len(p.Changes) - maxShown; more > 0 {
		t.Foot = part.Text(say.Count(is.More, more))
	}
	return t
}

func badge(say *words.Catalogue, action string) part.Badge {
	b := part.Badge{Label: say.ConsoleFiles.Actions[action]}
	switch apply.Action(action) {
	case apply.Create:
		b.Tone = part.Good
	case apply.Update, apply.Adopt:
		b.Tone = part.Warn
	case apply.Delete:
		b.Tone = part.Bad
	}
	return b
}

// lines say how the fields of a thing change.
func lines(say *words.Catalogue, c *admin.SetChange) (all []string) {
	for _, f := range c.Fields[:min(len(c.Fields), maxFields)] {
		before, after := value(f.Before), value(f.After)
		switch {
		case before == "":
			all = append(all, f.Name+": "+after)
		case after == "":
			all = append(all, f.Name+": "+before+" →")
		default:
			all = append(all, f.Name+": "+before+" → "+after)
		}
	}
	if more := len(c.Fields) - maxFields; more > 0 {
		all = append(all, say.Count(say.ConsoleFiles.More, more))
	}
	return all
}

// value is one of a field, as much as is shown; "" for none.
func value(v any) string {
	raw, ok := v.(json.RawMessage)
	if !ok || string(raw) == "null" {
		return ""
	}
	text := strings.ToValidUTF8(string(raw), "")
	if all := []rune(text); len(all) > maxValue {
		return string(all[:maxValue]) + "…"
	}
	return text
}
