package health

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func itoa(n int) string { return strconv.Itoa(n) }

// frame is what both pages share.
type frame struct {
	guard.Frame
	Settings bool // the configuration may be seen
}

// heading is the head of a page with the tabs, of which the one at here is shown.
func (f *frame) heading(say *words.Catalogue, here string) part.Heading {
	h := part.Heading{Title: string(say.ConsoleHealth.Title), Lead: say.ConsoleHealth.Lead, Actions: toBundle()}
	if f.Settings {
		h.Tabs = []part.Tab{{Label: say.ConsoleHealth.State, Href: path, Current: here == path}, {Label: say.ConsoleHealth.Configuration, Href: pathConfig, Current: here == pathConfig}}
	}
	return h
}

// healthPage shows how this Gatehouse is.
type healthPage struct {
	frame
	Health wire.Health
	Growth growth
	Came   arrival
}

func (p healthPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleHealth.Title) }
func (p healthPage) Body() templ.Component               { return healthBody(p) }

// steps are what is checked, what is wrong first.
func (p healthPage) steps(say *words.Catalogue) []part.Step {
	var bad, good []part.Step
	for _, name := range slices.Sorted(maps.Keys(p.Health.Checks)) {
		if text := p.Health.Checks[name]; text == "ok" {
			good = append(good, part.Step{Outcome: part.Passed, Label: checked(say, name)})
		} else {
			bad = append(bad, part.Step{Outcome: part.Failed, Label: checked(say, name), Detail: wrong(say, name, text)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Health.Doubts)) {
		bad = append(bad, part.Step{Outcome: part.Failed, Label: checked(say, name), Detail: wrong(say, name, p.Health.Doubts[name])})
	}
	return append(bad, good...)
}

// wrong is what a check says, in the words of the reader. That of the audit log is several sentences.
func wrong(say *words.Catalogue, name, text string) string {
	head, all, several := strings.Cut(text, ": ")
	if name != "audit" || !several {
		return say.Say(text)
	}
	var said []string
	for one := range strings.SplitSeq(all, "; ") {
		said = append(said, say.Say(one))
	}
	return say.Say(head) + ": " + strings.Join(said, "; ")
}

// checked is what a check looks at.
func checked(say *words.Catalogue, name string) string {
	w := say.ConsoleHealth
	said := map[string]string{
		"store": w.Store, "write": w.Write, "keys": w.Keys, "snapshot": w.Snapshot, "policy": w.Policy, "serving": w.Serving,
		"clock": w.Clock, "folder": w.Folder, "routes": w.Routes, "permissions": w.Permissions, "redis": w.Redis, "seal": w.Seal, "settings": w.Settings, "audit": w.Audit, "certificates": w.Certificates,
	}[name]
	if said == "" {
		return name
	}
	return said
}

func (p healthPage) well() bool { return p.Health.Status == "ready" }

// server is what is known of this process.
func (p healthPage) server(say *words.Catalogue) []part.Fact {
	w, now := say.ConsoleHealth, p.Health.Now
	redis := map[string]part.Badge{"shared": {Label: w.RedisShared, Tone: part.Good}, "away": {Label: w.RedisAway, Tone: part.Bad}}[p.Health.Redis]
	if redis.Label == "" {
		redis.Label = w.RedisNone
	}
	version := p.Health.Version
	if version == "" {
		version = "–"
	}
	return []part.Fact{
		{Name: w.Version, Value: part.Text(version)},
		{Name: w.Started, Value: part.When(now, p.Health.Started)},
		{Name: w.Time, Value: part.At(now)},
		{Name: w.Redis, Value: part.Pill(redis)},
		{Name: w.Keys, Value: part.Text(p.keys(say))},
		{Name: w.Sealed, Value: sealed(p)},
	}
}

// keys says how many there are in each state.
func (p healthPage) keys(say *words.Catalogue) (text string) {
	for _, one := range []struct{ state, label string }{{"signing", say.ConsoleKeys.Signing}, {"announced", say.ConsoleKeys.Announced}, {"retiring", say.ConsoleKeys.Retiring}} {
		if n := p.Health.Keys[one.state]; n > 0 {
			if text != "" {
				text += ", "
			}
			text += one.label + ": " + say.Number(n)
		}
	}
	return text
}

// database is what is known of it.
func (p healthPage) database(say *words.Catalogue) []part.Fact {
	w := say.ConsoleHealth
	all := []part.Fact{
		{Name: w.Engine, Value: code(map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[p.Health.Database])},
		{Name: w.Schema, Value: part.Number(int(p.Health.Schema))},
		{Name: w.Answers, Value: part.Text(w.Millis.With(words.N, decimal(say, float64(p.Health.Answers)/1000)))},
		{Name: w.Size, Value: part.Text(sizeOf(say, p.Health.Storage.Bytes))},
	}
	if free := p.Health.Storage.Free; free != nil {
		all = append(all, part.Fact{Name: w.Free, Value: part.Text(sizeOf(say, *free))})
	}
	if p.Growth.Days > 0 {
		all = append(all, part.Fact{Name: w.Growth, Value: part.Text(say.Of(w.PerDay, p.Growth.Days).Fill(words.Name.Is(sizeOf(say, p.Growth.PerDay)), words.N.Is(say.Number(p.Growth.Days))))})
	}
	if days, ok := p.Growth.lasts(p.Health.Storage.Free); ok {
		all = append(all, part.Fact{Name: w.Lasts, Value: lasts(say, days)})
	}
	return all
}

// soonFull is within how many days a disk that fills wants attention.
const soonFull = 60

func lasts(say *words.Catalogue, days int) templ.Component {
	switch {
	case days >= 3650:
		return part.Text(say.ConsoleHealth.Years)
	case days < soonFull:
		return part.Pill(part.Badge{Label: say.Count(say.ConsoleHealth.ForDays, days), Tone: part.Bad})
	}
	return part.Text(say.Of(say.ConsoleHealth.ForDays, days).With(words.N, say.Number(days)))
}

// came is how the visitor's request reached this process, step by step.
func (p healthPage) came(say *words.Catalogue) []part.Step {
	w, a := say.ConsoleHealth, p.Came
	all := []part.Step{{Outcome: part.Passed, Label: w.Direct, Detail: a.Address}}
	switch {
	case a.passed():
		all[0] = part.Step{Outcome: part.Passed, Label: w.ByProxy.With(words.Host, a.Peer), Detail: a.Address}
	case a.Forwarded:
		all[0] = part.Step{Outcome: part.Failed, Label: w.Untrusted.With(words.Host, a.Peer), Detail: w.UntrustedTodo}
	}
	switch {
	case a.Secure:
		all = append(all, part.Step{Outcome: part.Passed, Label: w.Secure})
	case a.Expected:
		all = append(all, part.Step{Outcome: part.Failed, Label: w.Insecure, Detail: w.InsecureTodo})
	default:
		all = append(all, part.Step{Label: w.Local})
	}
	if a.Host == a.Issuer {
		return append(all, part.Step{Outcome: part.Passed, Label: w.Host.With(words.Host, a.Host)})
	}
	return append(all, part.Step{Outcome: part.Failed, Label: w.OtherHost.Fill(words.Host.Is(a.Host), words.Issuer.Is(a.Issuer))})
}

// sizeOf says how many bytes in the unit in which people read them.
func sizeOf(say *words.Catalogue, bytes int64) string {
	f, sign := float64(bytes), ""
	if f < 0 {
		f, sign = -f, "−"
	}
	sizes := say.ConsoleHealth.Sizes
	i := 0
	for ; f >= 1000 && i < len(sizes)-1; i++ {
		f /= 1000
	}
	if i == 0 {
		return sizes[i].With(words.N, sign+itoa(int(f)))
	}
	return sizes[i].With(words.N, sign+decimal(say, f))
}

// decimal says a number with one digit behind the point.
func decimal(say *words.Catalogue, f float64) string {
	whole, part := int(f*10+.5)/10, int(f*10+.5)%10
	return say.Number(whole) + say.ConsoleHealth.Point + itoa(part)
}

// configPage shows the configuration.
type configPage struct {
	frame
	All []wire.Setting
	Set bool // only what is not the default
}

func (p configPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleHealth.ConfigTitle)
}
func (p configPage) Body() templ.Component { return configBody(p) }

func (p configPage) filters(say *words.Catalogue) part.Filters {
	value := ""
	if p.Set {
		value = "yes"
	}
	return part.Filters{Action: pathConfig, Fields: []part.Field{{ID: "set", Label: say.ConsoleHealth.Which, Value: value, Options: []part.Option{
		{Label: say.Console.All}, {Value: "yes", Label: say.ConsoleHealth.OnlySet},
	}}}}
}

func (p configPage) table(say *words.Catalogue) part.Table {
	t := part.Table{ID: "configuration", Caption: say.ConsoleHealth.Configuration, Columns: []part.Column{{Label: say.ConsoleSettings.Key}, {Label: say.ConsoleSettings.Value}, {Label: say.ConsoleSettings.From}}}
	for _, s := range p.All {
		if p.Set && s.Layer == "default" {
			continue
		}
		href := ""
		if s.Changeable {
			href = "/console/settings/" + s.Path
		}
		t.Rows = append(t.Rows, part.Row{Label: s.Path, Href: href, Soft: s.Layer == "default", Cells: []templ.Component{code(s.Path), code(s.Value), source(s)}})
	}
	return t
}
