package applications

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// trialPage asks whether to try the sign-in of an application.
type trialPage struct{ clientFrame }

func (p trialPage) name(say *words.Catalogue) words.Title {
	return say.ConsoleApplications.TryTitle.With(words.Name, p.Client.Name)
}

func (p trialPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p trialPage) Body() templ.Component { return trialBody(p) }

func (p trialPage) sure(say *words.Catalogue) part.Confirm {
	a := &say.ConsoleApplications
	form := part.Form{ID: "trial", Action: p.path() + "/trial", Cancel: p.path(), Do: []part.Button{{ID: "submit", Label: a.TryDo, Main: true}}}
	return part.Confirm{Title: string(p.name(say)), Consequence: a.TryWhy, Form: p.Draw(say, form)}
}

func (d *Door) askTrial(v *guard.Visit) error {
	if err := v.Ready("beginTrial", on(v)); err != nil {
		return err
	}
	f, err := d.read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, trialPage{f})
}

// beginTrial sends the browser to the authorization endpoint, as the application would.
func (d *Door) beginTrial(v *guard.Visit) error {
	begun, err := guard.Ask[admin.One[admin.TrialBegun]](v, "beginTrial", admin.Input{Path: on(v), Body: admin.TrialBegin{}})
	if err != nil {
		return err
	}
	return view.SeeOther(v.W, v.R, begun.Body.URL)
}

// answerTrial takes the answer, which the application would get, and shows what its tokens would
// say. The code is spent by it and brings nothing, so a page that is opened again shows that it is.
// What went wrong is told of a trial of the visitor's own alone: an address that somebody else made
// up has no state of one, and its text does not stand here.
func (d *Door) answerTrial(v *guard.Visit) error {
	if err := v.Ready("answerTrial", on(v)); err != nil {
		return err
	}
	f, err := d.read(v)
	if err != nil {
		return err
	}
	page := triedPage{clientFrame: f}
	found, err := guard.Ask[admin.One[wire.TokenPreview]](v, "answerTrial", admin.Input{Path: on(v), Body: admin.TrialAnswer{State: v.Query("state"), Code: v.Query("code")}})
	if err != nil {
		return err
	}
	page.Preview, page.Failed = &found.Body, found.Body.Refused
	if code := v.Query("error"); code != "" { // which no code came with
		page.Failed = &wire.TokenRefusal{Code: code, Description: v.Query("error_description")}
	}
	return v.Show(http.StatusOK, page)
}

// triedPage shows how the sign-in of an application went.
type triedPage struct {
	clientFrame
	Preview *wire.TokenPreview
	Failed  *wire.TokenRefusal
}

func (p triedPage) name(say *words.Catalogue) words.Title {
	if p.Failed != nil {
		return say.ConsoleApplications.TryNot.With(words.Name, p.Client.Name)
	}
	return say.ConsoleApplications.TryDone.With(words.Name, p.Client.Name)
}

func (p triedPage) Head(say *words.Catalogue) view.Head { return part.Head(p.name(say)) }
func (p triedPage) Body() templ.Component               { return triedBody(p) }
