package keyring

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"gatehouse/keys"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage shows the keys with their lives.
type listPage struct {
	guard.Frame
	Now                  time.Time
	Keys                 []wire.Key
	All, More            bool          // those that are over are among them; there are more
	Every                time.Duration // how long a key signs; 0: the visitor may not know
	CanRotate, CanRevoke bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleKeys.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	switch p.Done {
	case "announced":
		return say.ConsoleKeys.DidAnnounce
	case "rotated":
		return say.ConsoleKeys.DidRotate
	case "revoked":
		return say.ConsoleKeys.DidRevoke
	}
	return ""
}

func (p listPage) heading(say *words.Catalogue) part.Heading {
	return part.Heading{Title: string(say.ConsoleKeys.Title), Lead: say.ConsoleKeys.Lead, Tabs: []part.Tab{
		{Label: say.ConsoleKeys.InUse, Href: path, Current: !p.All}, {Label: say.ConsoleKeys.Every, Href: path + "?all=yes", Current: p.All},
	}}
}

// algorithms are those that a next key can be brought in for.
func (p listPage) algorithms() (all []string) {
	if !p.CanRotate {
		return nil
	}
	for _, k := range p.Keys {
		if k.State == keys.Signing && !slices.Contains(all, k.Algorithm) {
			all = append(all, k.Algorithm)
		}
	}
	slices.Sort(all)
	return all
}

// ahead is how far the timeline looks, at least.
const ahead = 2 * 24 * time.Hour

// lives is the timeline of the keys that are not over.
func (p listPage) lives(say *words.Catalogue) part.Timeline {
	l := part.Timeline{ID: "lives", Title: say.ConsoleKeys.Lives, Says: say.ConsoleKeys.LivesSay, From: p.Now, Until: p.Now.Add(ahead), Now: p.Now}
	for _, k := range p.Keys {
		if k.State == keys.Retired {
			continue
		}
		s := part.Span{Label: k.ID, Note: k.Algorithm, From: k.Created, Until: p.until(k), Badge: stateOf(say, k.State)}
		l.Spans = append(l.Spans, s)
		if s.From.Before(l.From) {
			l.From = s.From
		}
		if s.Until.After(l.Until) {
			l.Until = s.Until
		}
	}
	return l
}

// until is when a key is over, as far as that is known.
func (p listPage) until(k wire.Key) time.Time {
	switch {
	case !k.Until.IsZero():
		return k.Until
	case p.Every > 0 && !k.SignsFrom.IsZero():
		return k.SignsFrom.Add(p.Every)
	}
	return time.Time{}
}

func stateOf(say *words.Catalogue, s keys.State) part.Badge {
	switch s {
	case keys.Signing:
		return part.Badge{Label: say.ConsoleKeys.Signing, Tone: part.Good}
	case keys.Announced:
		return part.Badge{Label: say.ConsoleKeys.Announced}
	case keys.Retiring:
		return part.Badge{Label: say.ConsoleKeys.Retiring, Tone: part.Warn}
	}
	return part.Badge{Label: say.ConsoleKeys.Retired}
}

func (p listPage) table(say *words.Catalogue) part.Table {
	t := part.Table{ID: "keys", Caption: string(say.ConsoleKeys.Title), Columns: []part.Column{
		{Label: say.ConsoleKeys.Key}, {Label: say.ConsoleKeys.State}, {Label: say.ConsoleKeys.Does}, {Label: say.ConsoleKeys.Created},
	}}
	if p.CanRevoke {
		t.Columns = append(t.Columns, part.Column{Label: say.ConsoleKeys.Revoke, Unseen: true})
	}
	if p.More {
		t.Foot = part.Text(say.ConsoleKeys.More)
	}
	for i, k := range p.Keys {
		row := part.Row{Label: k.ID, Soft: k.State == keys.Retired, Cells: []templ.Component{
			keyOf(i, k), part.Pill(stateOf(say, k.State)), part.Text(p.does(say, k)), part.When(p.Now, k.Created),
		}}
		if p.CanRevoke {
			row.Cells = append(row.Cells, revokeLink(k))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// does says what a key is good for, and until when.
func (p listPage) does(say *words.Catalogue, k wire.Key) string {
	w, end := &say.ConsoleKeys, p.until(k)
	switch k.State {
	case keys.Signing:
		since := words.Since.Is(say.Moment(k.SignsFrom))
		if next := p.after(k); next != nil {
			return w.DoesSignUntil.Fill(since, words.Seen.Is(say.Moment(next.SignsFrom)))
		}
		if end.IsZero() {
			return w.DoesSign.Fill(since)
		}
		return w.DoesSignAbout.Fill(since, words.Seen.Is(say.Moment(end)))
	case keys.Announced:
		return w.DoesNext.With(words.Seen, say.Moment(k.SignsFrom))
	case keys.Retiring:
		return w.DoesVerify.With(words.Seen, say.Moment(k.Until))
	}
	return w.DoesNothing
}

// after is the key that takes over from one, nil where none is announced.
func (p listPage) after(k wire.Key) *wire.Key {
	i := slices.IndexFunc(p.Keys, func(one wire.Key) bool { return one.Algorithm == k.Algorithm && one.State == keys.Announced })
	if i < 0 || p.Keys[i].SignsFrom.IsZero() {
		return nil
	}
	return &p.Keys[i]
}

func signs(now time.Time, k wire.Key) templ.Component {
	if k.SignsFrom.IsZero() {
		return part.Text("–")
	}
	return part.When(now, k.SignsFrom)
}

// atOnce is the answer that lets the next key sign at once.
const atOnce = "immediate"

// rotatePage asks how the next key comes in.
type rotatePage struct {
	guard.Frame
	Algorithm string
	Seen      string // the keys of the algorithm that there are
	Signs     string // the one of them that signs
	Announced bool   // the next one is known already
	Immediate bool
}

func (p rotatePage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleKeys.RotateTitle.With(words.Name, p.Algorithm))
}
func (p rotatePage) Body() templ.Component { return rotateBody(p) }

func (p rotatePage) sure(say *words.Catalogue) part.Confirm {
	how := part.Field{ID: "how", Label: say.ConsoleKeys.How, Kind: part.Radio, Options: []part.Option{{Value: atOnce, Label: say.ConsoleKeys.AtOnce, Hint: say.ConsoleKeys.AtOnceWhy, On: p.Immediate || p.Announced}}}
	why := say.ConsoleKeys.RotateAnnounced
	if !p.Announced {
		why = say.ConsoleKeys.RotateWhy
		how.Options = append([]part.Option{{Value: "announce", Label: say.ConsoleKeys.First, Hint: say.ConsoleKeys.FirstWhy, On: !p.Immediate}}, how.Options...)
	}
	return part.Confirm{Title: string(say.ConsoleKeys.RotateTitle.With(words.Name, p.Algorithm)), Consequence: why, Form: p.Draw(say, part.Form{
		ID: "rotate", Action: path + "/rotate/" + p.Algorithm, Cancel: path, Fields: []part.Field{how}, Hidden: []part.Hidden{{Name: "seen", Value: p.Seen}},
		Do: []part.Button{{ID: "submit", Label: say.ConsoleKeys.Rotate, Main: true}},
	})}
}

// revokePage asks whether to end a key, and says what that costs.
type revokePage struct {
	guard.Frame
	Now      time.Time
	Key      wire.Key
	Next     bool // the key that takes over is known already
	Mistyped bool
}

func (p revokePage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleKeys.RevokeTitle)
}
func (p revokePage) Body() templ.Component { return revokeBody(p) }

// costs are what comes of it, by what the key does now.
func (p revokePage) costs(say *words.Catalogue) []string {
	var all []string
	switch p.Key.State {
	case keys.Signing:
		all = append(all, say.ConsoleKeys.CostTokens, say.ConsoleKeys.CostCaches)
		if p.Next {
			all = append(all, say.ConsoleKeys.CostNext)
		} else {
			all = append(all, say.ConsoleKeys.CostFresh)
		}
	case keys.Announced:
		all = append(all, say.ConsoleKeys.CostAnnounced)
	case keys.Retiring:
		all = append(all, say.ConsoleKeys.CostTokens, say.ConsoleKeys.CostCaches)
	default:
		all = append(all, say.ConsoleKeys.CostRetired)
	}
	return append(all, say.ConsoleKeys.CostPeople)
}

func (p revokePage) sure(say *words.Catalogue) part.Confirm {
	c := part.Confirm{Title: string(say.ConsoleKeys.RevokeTitle), Consequence: say.ConsoleKeys.RevokeWhy, Details: p.costs(say), Name: p.Key.ID, Bad: true, Form: p.Draw(say, part.Form{
		ID: "revoke", Action: path + "/revoke/" + p.Key.ID, Cancel: path, Do: []part.Button{{ID: "submit", Label: say.ConsoleKeys.Revoke, Danger: true}},
	})}
	if p.Mistyped {
		c.Problem = say.ConsoleKeys.Mistyped
	}
	return c
}

// facts are what is known of the key.
func (p revokePage) facts(say *words.Catalogue) []part.Fact {
	return []part.Fact{
		{Name: say.ConsoleKeys.Key, Value: part.Copy("kid", p.Key.ID)},
		{Name: say.ConsoleKeys.State, Value: part.Pill(stateOf(say, p.Key.State))},
		{Name: say.ConsoleKeys.Algorithm, Value: part.Text(p.Key.Algorithm)},
		{Name: say.ConsoleKeys.Created, Value: part.When(p.Now, p.Key.Created)},
		{Name: say.ConsoleKeys.Signs, Value: signs(p.Now, p.Key)},
	}
}
