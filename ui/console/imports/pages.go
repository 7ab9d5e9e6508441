package imports

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/identity/intake"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// formPage takes a file.
type formPage struct {
	guard.Frame
	Content string // as it was typed
	Asked   url.Values
	Earlier []wire.Import
	Next    string
	Now     time.Time
}

func (p formPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleImports.Title))
}
func (p formPage) Body() templ.Component { return formBody(p) }

// notice says that an import was discarded.
func (p *formPage) notice(say *words.Catalogue) string {
	if p.Done != "discarded" {
		return ""
	}
	return say.ConsoleImports.Discarded
}

func (p *formPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleImports
	return p.Draw(say, part.Form{
		ID: "import", Action: pathForm, Cancel: person.List, Files: true, Do: []part.Button{{ID: "submit", Label: is.Look, Main: true}},
		Fields: []part.Field{
			{ID: "file", Label: is.File, Hint: is.FileHint, Kind: "file", Optional: true, Accept: ".csv,.txt,.ndjson,.jsonl,text/csv"},
			{ID: "content", Label: is.Typed, Hint: is.TypedHint, Kind: part.Area, Value: p.Content, Optional: true, Rows: 6, Literal: true, Complete: "off"},
		},
	})
}

func (p *formPage) earlier(say *words.Catalogue) part.Table {
	is := &say.ConsoleImports
	t := part.Table{ID: "imports", Caption: is.Earlier, Columns: []part.Column{{Label: is.Import}, {Label: is.State}, {Label: is.Rows, Number: true}, {Label: is.Made, Number: true}, {Label: is.Wrong, Number: true}, {Label: is.When}}}
	for i := range p.Earlier {
		one := &p.Earlier[i]
		t.Rows = append(t.Rows, part.Row{Label: called(say, one), Href: pathOf(string(one.ID)), Cells: []templ.Component{
			part.Text(called(say, one)), part.Pill(badge(say, one.State)), part.Number(one.Rows.Total), part.Number(one.Rows.Made), part.Number(one.Rows.Wrong), part.When(p.Now, one.Created),
		}})
	}
	return t
}

func (p *formPage) pager() part.Pager {
	pages := guard.Pager(pathForm, p.Asked, p.Next)
	pages.Time = true
	return pages.Showing(len(p.Earlier))
}

// called is how an import is called.
func called(say *words.Catalogue, im *wire.Import) string {
	if im.File != "" {
		return im.File
	}
	return say.ConsoleImports.Unnamed
}

func badge(say *words.Catalogue, s intake.State) part.Badge {
	b := part.Badge{Label: say.ConsoleImports.States[string(s)]}
	switch s {
	case intake.Finished:
		b.Tone = part.Good
	case intake.Stopped:
		b.Tone = part.Warn
	}
	return b
}

// importPage shows one.
type importPage struct {
	guard.Frame
	Import          wire.Import
	ETag            string
	By              string     // the address of the person who began it; may be empty
	Asked           url.Values // of the rows: wrong is "true" for those that are wrong only
	Rows            []wire.ImportRow
	Next            string
	Now             time.Time
	CanRun, CanStop bool
	CanDiscard      bool
	CanPeople       bool // the list of people may be seen
}

// refreshEvery is after how many seconds a browser without script shows how far it is.
const refreshEvery = 3

func (p importPage) Head(say *words.Catalogue) view.Head {
	h := part.Head(p.Form.Title(say, p.title(say)))
	if p.running() {
		h.Refresh = refreshEvery
	}
	return h
}
func (p importPage) Body() templ.Component { return importBody(p) }

func (p *importPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleImports.One.With(words.File, called(say, &p.Import))
}

func (p *importPage) running() bool { return p.Import.State == intake.Running }
func (p *importPage) checked() bool { return p.Import.State == intake.Checked }

// over reports whether it made people and makes no more.
func (p *importPage) over() bool {
	return (p.Import.State == intake.Finished || p.Import.State == intake.Stopped) && p.Import.Rows.Made > 0
}

// people is the list of those whom it made, and of these of those who have no password.
func (p *importPage) people(noPassword bool) string {
	q := url.Values{"import": {string(p.Import.ID)}}
	if noPassword {
		q.Set("has_password", "false")
	}
	return person.List + "?" + q.Encode()
}

func (p *importPage) crumbs(say *words.Catalogue) []part.Link {
	return []part.Link{{Label: string(say.ConsoleUsers.Title), Href: person.List}, {Label: string(say.ConsoleImports.Title), Href: pathForm}}
}

// tiles count the rows by what they come to.
func (p *importPage) tiles(say *words.Catalogue) []part.Stat {
	is, rows := &say.ConsoleImports, &p.Import.Rows
	all := []part.Stat{{Label: is.Rows, Value: say.Number(rows.Total)}}
	if rows.New > 0 || p.checked() {
		all = append(all, part.Stat{Label: is.New, Value: say.Number(rows.New)})
	}
	if !p.checked() {
		all = append(all, p.made(say))
	}
	all = append(all, part.Stat{Label: is.Known, Value: say.Number(rows.Known)})
	wrong := part.Stat{Label: is.Wrong, Value: say.Number(rows.Wrong)}
	if rows.Wrong > 0 {
		wrong.Href = pathOf(string(p.Import.ID)) + "?wrong=true#rows-head"
	}
	return append(all, wrong)
}

// made counts those whom it made, and leads to them.
func (p *importPage) made(say *words.Catalogue) part.Stat {
	s := part.Stat{Label: say.ConsoleImports.Made, Value: say.Number(p.Import.Rows.Made)}
	if p.CanPeople && p.Import.Rows.Made > 0 {
		s.Href = p.people(false)
	}
	return s
}

func (p *importPage) progress(say *words.Catalogue) part.Progress {
	is, rows := &say.ConsoleImports, &p.Import.Rows
	says := is.Progress.Fill(words.N.Is(say.Number(rows.Done)), words.Least.Is(say.Number(rows.Total)))
	return part.Progress{ID: "job", Label: is.Running, Done: rows.Done, Total: rows.Total, Says: says + ", " + counted(say, is.WrongRows, rows.Wrong), Running: true}
}

func (p *importPage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleImports
	all := []part.Fact{{Name: is.State, Value: part.Pill(badge(say, p.Import.State))}}
	if p.Import.Why != "" {
		all = append(all, part.Fact{Name: is.Why, Value: part.Text(is.Whys[p.Import.Why])})
	}
	by := p.By
	if by == "" {
		by = guard.Acted(say, p.Import.By)
	}
	all = append(all, part.Fact{Name: is.By, Value: part.Text(by)}, part.Fact{Name: is.When, Value: part.When(p.Now, p.Import.Created)})
	if !p.Import.Ended.IsZero() {
		all = append(all, part.Fact{Name: is.Ended, Value: part.When(p.Now, p.Import.Ended)})
	}
	if !p.Import.Over.IsZero() {
		all = append(all, part.Fact{Name: is.Over, Value: part.When(p.Now, p.Import.Over)})
	}
	return all
}

// sure asks whether to make those who are new.
func (p *importPage) sure(say *words.Catalogue) part.Confirm {
	is, n := &say.ConsoleImports, p.Import.Rows.New
	form := part.Form{
		ID: "run", Action: pathOf(string(p.Import.ID)), Cancel: pathForm, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}, {Name: "do", Value: "run"}},
		Do: []part.Button{{ID: "submit", Label: counted(say, is.Run, n), Main: true}},
	}
	return part.Confirm{Title: counted(say, is.RunAsk, n), Consequence: is.RunWhy, Details: p.left(say), Form: p.Draw(say, form)}
}

// left says which rows make nobody.
func (p *importPage) left(say *words.Catalogue) (all []string) {
	is, rows := &say.ConsoleImports, &p.Import.Rows
	if rows.Known > 0 {
		all = append(all, counted(say, is.KnownStay, rows.Known))
	}
	if rows.Wrong > 0 {
		all = append(all, counted(say, is.WrongStay, rows.Wrong))
	}
	return all
}

// stop is the form that stops it.
func (p *importPage) stop(say *words.Catalogue) part.Form {
	form := part.Form{
		ID: "stop", Action: pathOf(string(p.Import.ID)), Hidden: []part.Hidden{{Name: "do", Value: "stop"}},
		Do: []part.Button{{ID: "stop-it", Label: say.ConsoleImports.Stop}},
	}
	return p.Draw(say, form)
}

// discard is the form that has it forgotten.
func (p *importPage) discard(say *words.Catalogue) part.Form {
	form := part.Form{
		ID: discard, Action: pathOf(string(p.Import.ID)), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}, {Name: "do", Value: discard}},
		Do: []part.Button{{ID: "discard-it", Label: say.ConsoleImports.Discard}},
	}
	return p.Draw(say, form)
}

func (p *importPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleImports
	t := part.Table{ID: "rows", Caption: is.RowsOf, Columns: []part.Column{{Label: is.Line}, {Label: say.ConsoleUsers.Email}, {Label: is.Outcome}, {Label: is.Problem}}}
	for i := range p.Rows {
		r := &p.Rows[i]
		t.Rows = append(t.Rows, part.Row{Label: r.Email, Cells: []templ.Component{part.Number(r.Line), address(r), part.Pill(outcome(say, r.Outcome)), part.Text(r.Said(say.Say))}})
	}
	return t
}

func outcome(say *words.Catalogue, o string) part.Badge {
	b := part.Badge{Label: say.ConsoleImports.Outcomes[o]}
	switch o {
	case "wrong":
		b.Tone = part.Bad
	case "made":
		b.Tone = part.Good
	}
	return b
}

func (p *importPage) pager() part.Pager {
	return guard.Pager(pathOf(string(p.Import.ID)), p.Asked, p.Next).Showing(len(p.Rows))
}

// counted is a plural with its number as people write it.
func counted(say *words.Catalogue, p words.Plural, n int) string {
	return say.Of(p, n).With(words.N, say.Number(n))
}

// example is a file as it may be.
const example = `email,name,email_verified,locale,attributes.department
grace@example.com,Grace Liu,true,en,finance
omar@example.com,Omar Haddad,,de,
`
