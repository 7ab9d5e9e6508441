package grants

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// subjects are those for whom it is, one a line; who stands there twice is one.
func (in *entry) subjects() (all []string) {
	for line := range strings.Lines(in.Subject) {
		if one := strings.TrimSpace(line); one != "" && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// atLine is the field of whom one of several is for.
func atLine(i int) string { return "grants[" + strconv.Itoa(i) + "].subject.id" }

// ofSeveral is a field of one of several grants.
var ofSeveral = regexp.MustCompile(`^grants\[(\d+)\](?:\.(.*))?$`)

// lined tells what is wrong with one of several by its line, and what is wrong with all of them at the
// input that they share.
func (p *newPage) lined(say *words.Catalogue, form part.Form) part.Form {
	if p.Wrong == nil {
		return form
	}
	var wrong []string
	whom := p.In.subjects()
	for _, bad := range p.Wrong.Fields {
		of := ofSeveral.FindStringSubmatch(bad.Name)
		if of == nil && input(&form, bad.Name) != nil {
			continue // it is said there
		}
		if of == nil {
			return form
		}
		i, err := strconv.Atoi(of[1])
		if err != nil || i >= len(whom) {
			return form
		}
		if at := input(&form, of[2]); at != nil {
			at.Problem = say.Wrong(at.Label, bad.Problem)
			continue
		}
		wrong = append(wrong, say.Wrong(whom[i], bad.Problem))
	}
	if len(wrong) > 0 {
		input(&form, "subject").Problem = strings.Join(wrong, " ")
	}
	form.Wrong = nil
	return form
}

// input is that of a name which all grants of the form share, nil for none.
func input(form *part.Form, name string) *part.Field {
	for _, all := range [][]part.Field{form.Fields, form.More} {
		for i := range all {
			if all[i].ID == name {
				return &all[i]
			}
		}
	}
	return nil
}

// whoms are those for whom it is, in the sentence that asks.
func (p *newPage) whoms(say *words.Catalogue) string {
	is, all := &say.ConsoleGrants, p.In.subjects()
	switch {
	case len(all) > 1:
		return say.Count(is.These, len(all))
	case p.In.Kind != string(access.User):
		return is.Kinds[p.In.Kind] + " " + p.In.Subject
	}
	return p.In.Subject
}

// commandKinds are the flags that name whom a grant is for.
var commandKinds = map[string]string{
	string(access.User): "user", string(access.Group): "group", string(access.Organisation): "everyone-in", string(access.ServiceAccount): "service", string(access.Client): "client",
}

// examples are what such a flag names where nothing was typed.
var examples = map[string]string{"user": "ADDRESS", "group": "GROUP_ID", "everyone-in": "ORG_ID", "service": "SERVICE_ID", "client": "CLIENT_ID"}

// command makes what the form holds: a command for each of whom it is for.
func (in *entry) command() string {
	whom := in.subjects()
	if len(whom) == 0 {
		whom = []string{""}
	}
	lines := make([]string, len(whom))
	for i, one := range whom {
		lines[i] = in.commandFor(one)
	}
	return strings.Join(lines, "\n")
}

func (in *entry) commandFor(subject string) string {
	flag := commandKinds[in.Kind]
	if flag == "" {
		flag = "user"
	}
	line := guard.Run("grant", "create").Typed(flag, subject, examples[flag])
	if in.Permission != "" && in.Role == "" {
		line.With("permission", in.Permission)
	} else {
		line.Typed("role", in.Role, "ROLE")
	}
	line.If("org", in.Org)
	switch access.Place(in.Where) {
	case access.Own:
		line.With("where", in.Where)
	default:
		line.With("resource-id", strings.Fields(in.IDs)...).If("condition", in.Condition)
	}
	line.Tick("deny", in.Effect == "deny").If("acr", in.ACR)
	line.If("from", momentOf(in.From))
	if in.Until != "" {
		line.With("until", momentOf(in.Until))
	} else {
		line.If("for", in.Last)
	}
	return line.Typed("reason", in.Reason, "WHY").If("ticket", in.Ticket).String()
}

// momentOf is a moment that was typed as a command takes it. What cannot be read stays as it is, for
// the command to refuse.
func momentOf(text string) string {
	if at, err := time.Parse(typed, text); err == nil {
		return at.Format(time.RFC3339)
	}
	return text
}

// severalPage shows the grants that were made at once.
type severalPage struct {
	guard.Frame
	Made   []wire.Grant
	Now    time.Time
	People bool
}

// showSeveral shows them, with the addresses of people as far as they may be seen.
func showSeveral(v *guard.Visit, p severalPage) error {
	people := make([]string, len(p.Made))
	for i := range p.Made {
		people[i] = p.Made[i].Subject.ID
	}
	names, err := v.Names(people)
	if err != nil {
		return err
	}
	for i := range p.Made {
		p.Made[i].Subject.Email = names[p.Made[i].Subject.ID]
	}
	return v.Show(http.StatusCreated, p)
}

func (p severalPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleGrants.SeveralMade)
}
func (p severalPage) Body() templ.Component { return severalBody(p) }

func (p severalPage) notice(say *words.Catalogue) string {
	return say.Count(say.ConsoleGrants.MadeSeveral, len(p.Made))
}

func (p severalPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleGrants
	t := part.Table{ID: "made", Caption: string(is.Title), Columns: []part.Column{{Label: is.What}, {Label: is.ForWhom}, {Label: is.Ends}}}
	for i := range p.Made {
		g := &p.Made[i]
		what := gives(is, g)
		t.Rows = append(t.Rows, part.Row{Label: what + ", " + called(is, g.Subject), Href: pathOf(string(g.ID)), Cells: []templ.Component{
			part.Cell(part.Lines{Main: what, Under: limits(is, g)}), whom(p.People, g.Subject), over(p.Now, g),
		}})
	}
	return t
}
