package parttest

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/part"
)

// now is the moment at which the gallery is drawn.
var now = time.Now().UTC().Truncate(time.Minute)

// person is a row of invented people.
type person struct {
	ID, Name, Email, State, Roles string
	Tone                          part.Tone
	Seen                          time.Time
	Until                         time.Time
	Sessions                      int
}

var people = []person{
	{"usr_1", "Grace Liu", "grace.liu@example.test", "Active", "refunder, support", part.Good, now.Add(-4 * time.Minute), now.Add(41 * time.Minute), 2},
	{"usr_2", "Bob Okafor", "bob.okafor@example.test", "Active", "administrator", part.Good, now.Add(-26 * time.Hour), time.Time{}, 1284},
	{"usr_3", "Wolfeschlegelsteinhausenbergerdorff", "wolfe@a-very-long-host-name.department.example.test", "Locked", "editor", part.Bad, now.Add(-400 * 24 * time.Hour), now.Add(5 * time.Hour), 0},
	{"usr_4", "Mia Sørensen", "mia@example.test", "Never signed in", "", part.Warn, time.Time{}, now.Add(12 * 24 * time.Hour), 0},
	{"usr_5", "Tom Baker", "tom.baker@example.test", "Disabled", "contractor", part.Plain, now.Add(-90 * 24 * time.Hour), now.Add(-3 * 24 * time.Hour), 0},
}

func row(p person) part.Row {
	return part.Row{Value: p.ID, Label: p.Name, Href: "/console/users/" + p.ID, Soft: p.State == "Disabled", Cells: []templ.Component{
		part.Cell(part.Lines{Main: p.Name, Under: p.Email}), part.Pill(part.Badge{Label: p.State, Tone: p.Tone}), part.Text(p.Roles),
		part.When(now, p.Seen), part.Left(part.Countdown{Now: now, From: p.Until.Add(-13 * 24 * time.Hour), Until: p.Until}), part.Number(p.Sessions),
		acts("/console/users/" + p.ID),
	}}
}

func acts(path string) templ.Component {
	return templ.Join(link(path+"/extend", "Extend", "button quiet"), link(path+"/revoke", "Revoke", "button quiet danger"))
}

func link(href, text, class string) templ.Component {
	return templ.Raw(`<a class="` + class + `" href="` + href + `">` + text + `</a>`)
}

var filters = part.Filters{
	Action: "/console/users", Search: part.Field{ID: "search", Label: "Search", Value: "example", Hint: "Name, email, id"},
	Fields: []part.Field{
		{ID: "status", Label: "Status", Value: "active", Options: []part.Option{{Label: "Any", Value: ""}, {Label: "Active", Value: "active"}, {Label: "Locked", Value: "locked"}}},
		{ID: "factor", Label: "Second factor", Options: []part.Option{{Label: "Any", Value: ""}, {Label: "None", Value: "none"}}},
	},
	More: []part.Field{
		{ID: "org", Label: "Organisation", Hint: "acme", Optional: true, Literal: true},
		{ID: "at", Label: "As of", Kind: "datetime-local", Optional: true, Value: "2026-03-14T16:19", Problem: "As of must be in the past."},
	},
	Wrong: []string{"Only the first of these was looked at."},
	Keep:  []part.Hidden{{Name: "order", Value: "name"}},
	Chips: []part.Chip{{Label: "Status", Value: "Active", Href: "/console/users?search=example"}, {Label: "Search", Value: "example", Href: "/console/users?status=active"}},
	Clear: "/console/users", Save: "/console/filters/new?for=users", Exports: []part.Link{{Label: "CSV", Href: "/console/users.csv"}},
}

func table() part.Table {
	t := part.Table{
		ID: "people", Caption: "People", Columns: []part.Column{
			{Label: "Name", Sort: "/console/users?order=-name", Order: part.Ascending},
			{Label: "Status"},
			{Label: "Roles"},
			{Label: "Last seen", Sort: "/console/users?order=seen"},
			{Label: "Access ends"},
			{Label: "Sessions", Number: true},
			{Label: "What can be done", Unseen: true},
		},
		Bulk: &part.Bulk{Action: "/console/users/bulk", Token: FormToken, Fields: []part.Hidden{{Name: "key", Value: "k1"}}, Do: []part.Button{
			{Label: "Disable", Name: "do", Value: "disable", Danger: true}, {Label: "Add to group", Name: "do", Value: "group"},
		}},
		Foot: part.Text("Two people are not shown: they belong to an organisation that you do not administer."),
	}
	for _, p := range people {
		t.Rows = append(t.Rows, row(p))
	}
	return t
}

func lists() gallery {
	f := frame("People")
	f.Crumbs = nil
	f.Heading.Lead = "Everybody who can sign in here"
	f.Heading.Actions = templ.Join(link("/console/users/import", "Import", "button"), link("/console/users/new", "Create", "button main"))
	t, pages := table(), part.Pager{Next: "/console/users?after=usr_5", Back: "/console/users?before=usr_1", Shown: 5, Of: 1200}
	plain := table()
	plain.ID, plain.Caption, plain.Bulk, plain.Foot = "others", "Others", nil, nil
	plain.Rows = plain.Rows[1:3]
	return gallery{
		Title: "People", Frame: f, Data: []any{people, filters, t, pages}, Made: []string{"Extend Revoke Import Create Others Two people are not shown they belong to an organisation that you do not administer", "AE"},
		body: templ.Join(part.Filter(filters), part.List(t), part.Pages(pages), part.List(plain), part.Pages(part.Pager{Next: "/console/audit?before=1", Time: true})),
	}
}

func none() gallery {
	f := frame("Nobody")
	e := part.Empty{Title: "Nobody fits these filters", Lead: "Take one of them away, or create the person that you look for.", Do: []part.Link{{Label: "Show everybody", Href: "/console/users"}, {Label: "Create a person", Href: "/console/users/new"}}}
	groups := []part.Group{{Label: "People", Hits: []part.Hit{{Label: "Grace Liu", Under: "grace.liu@example.test", Href: "/console/users/1"}}}, {Label: "Roles", Hits: []part.Hit{{Label: "grace period", Href: "/console/roles/2"}}}}
	return gallery{Title: "People", Frame: f, Data: []any{e, groups}, Made: []string{"AE"}, body: templ.Join(part.Nothing(e), part.Results(groups))}
}
