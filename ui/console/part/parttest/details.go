package parttest

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/part"
)

func details() gallery {
	f := frame("Payroll")
	facts := []part.Fact{
		{Name: "Kind", Value: part.Text("Web server")},
		{Name: "Client id", Value: part.Copy("client", "payroll")},
		{Name: "Created", Value: part.When(now, now.Add(-30*24*time.Hour))},
		{Name: "Last use", Value: part.At(now.Add(-2 * time.Minute))},
		{Name: "Secret ends", Value: part.Left(part.Countdown{Now: now, Until: now.Add(5 * 24 * time.Hour)})},
	}
	secret := part.Secret{ID: "secret", Label: "Secret of Payroll", Value: "not-a-secret-but-an-example", File: "payroll.env", Env: "CLIENT_ID=payroll", Stored: "/console/clients/payroll"}
	changes := []part.Change{{Name: "Name", Before: "Pay", After: "Payroll"}, {Name: "Home page", After: "https://payroll.example.test"}, {Name: "Scope", Before: "payroll:read"}}
	steps := []part.Step{
		{Outcome: part.Passed, Label: "The route takes it", Detail: "GET /admin/* of wiki.example.test"},
		{Outcome: part.Passed, Label: "Somebody is signed in"},
		{Outcome: part.Failed, Label: "The second factor is at most ten minutes old", Detail: "It was 47 minutes ago"},
		{Outcome: part.Skipped, Label: "The address is one of ours"},
	}
	jobs := []part.Progress{{ID: "job", Label: "Import of people.csv", Done: 1240, Total: 5000, Says: "1,240 of 5,000, 3 failed", Running: true}, {ID: "job-2", Label: "Dry run", Says: "It has begun"}}
	tree := []part.Node{{Label: "administrator", Href: "/console/roles/1", Note: "12 permissions", Below: []part.Node{
		{Label: "operator", Href: "/console/roles/2", Badges: []part.Badge{{Label: "Needs approval", Tone: part.Warn}}, Below: []part.Node{{Label: "viewer", Href: "/console/roles/3"}}}, {Label: "auditor", Href: "/console/roles/4"},
	}}, {Label: "support"}}
	line, code := "gatehouse clients show payroll", "const issuer = new URL('https://id.example.test');\n"
	said := []string{"Details", "as of now", "One right ends within the hour.", "Changed", "What it is", "Simulated", "Roles", "Node", "Events", "16:19:04", "Grace Liu refunded order 4711", "allowed", "AE"}
	event := templ.Raw(`<li><time datetime="2026-03-14T16:19:04Z">16:19:04</time><span>Grace Liu refunded order 4711</span><span class="pill good">allowed</span></li>`)
	return gallery{Title: "Payroll", Frame: f, Once: true, Data: []any{line, secret, changes, steps, jobs, tree, code, []string{"Kind Client id Created Last use Secret ends Web server payroll"}}, Made: said, body: templ.Join(
		within(part.Note(part.Warn), part.Text("One right ends within the hour.")),
		within(part.Panel("known", "Details", "as of now", link("/console/clients/payroll/edit", "Changed", "button quiet")), part.FactList(facts)),
		part.Once(secret), within(part.Panel("changed", "Changed", "", nil), part.Changes("What it is", changes)),
		within(part.Panel("simulated", "Simulated", "", nil), part.Gone(steps)), part.Job(jobs[0]), part.Job(jobs[1]), part.Tree("Roles", tree),
		part.Command("same", line), part.Snippet("snippet", "Node", code), within(part.Panel("tail", "Events", "", nil), within(part.Tail("Events", "/console/audit/tail"), event)),
	)}
}

func forms(wrong bool) gallery {
	f := frame("New application")
	form := part.Form{ID: "new", Action: "/console/clients", Token: FormToken, Hidden: []part.Hidden{{Name: "key", Value: "k2"}}, Cancel: "/console/clients", Do: []part.Button{{Label: "Create", Main: true}}, Fields: []part.Field{
		{ID: "name", Label: "Name", Hint: "As people see it when they sign in", Max: 100},
		{ID: "redirect", Label: "Redirect URIs", Kind: part.Area, Hint: "One a line, compared letter by letter", Literal: true},
		{ID: "kind", Label: "Kind", Kind: part.Radio, Value: "web", Options: []part.Option{{Value: "web", Label: "Web server", Hint: "Keeps a secret", On: true}, {Value: "spa", Label: "Single page"}}},
		{ID: "lasts", Label: "Sessions last", Value: "30", Unit: "days", Kind: "number"},
		{ID: "access", Label: "Who may use it", Kind: part.Choose, Value: "all", Options: []part.Option{{Value: "all", Label: "Everybody"}, {Value: "some", Label: "Some roles"}}},
		{ID: "consent", Label: "Ask for consent", Kind: part.Tick, On: true, Hint: "Once for each person"},
		{ID: "scopes", Label: "Scopes", Kind: part.Ticks, Optional: true, Options: []part.Option{{Value: "email", Label: "email", On: true}, {Value: "profile", Label: "profile"}}},
		{ID: "issuer", Label: "Issuer", Value: "https://id.example.test", Locked: "Set by gatehouse.yaml, line 3"},
	}, More: []part.Field{{ID: "home", Label: "Home page", Kind: "url", Optional: true}, {ID: "lasting", Label: "How long", Value: "8h", Options: []part.Option{{Value: "8h", Label: "8 hours"}}, Optional: true}}}
	sure := part.Confirm{Title: "Delete Payroll", Consequence: "37 people who signed in within 30 days use it, and are signed out of it.", Details: []string{"2 secrets stop working", "120 grants end"}, Name: "payroll", Bad: true, Form: part.Form{
		ID: "delete", Action: "/console/clients/payroll/delete", Token: FormToken, Cancel: "/console/clients/payroll", Do: []part.Button{{Label: "Delete for good", Danger: true}},
	}}
	if wrong {
		form.Fields[0].Problem, form.Fields[2].Problem, form.Wrong = "Name must not be empty.", "Kind is none that we know.", []string{"Another application has this id."}
		sure.Problem = "This is another name."
	}
	return gallery{Title: "New application", Frame: f, Data: []any{form, sure}, Made: []string{"AE"}, body: templ.Join(part.Fill(form), part.Sure(sure))}
}
