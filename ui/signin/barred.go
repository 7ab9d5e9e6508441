package signin

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
)

func (d *Door) drawBarred(_ *http.Request, e flow.Entry, s stepFrame) (view.Page, error) {
	return barredPage{stepFrame: s, Help: d.ownHelp(), Missing: e.Missing}, nil
}

// leave goes back to the application, which hears that it was refused.
func (d *Door) leave(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	return d.Flow.Leave(r.Context(), web.Actor(r), ref)
}

// barredPage says what somebody lacks whom an application does not take in.
type barredPage struct {
	stepFrame
	Help
	Missing []flow.Membership
}

func (p barredPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Barred.Title.With(words.App, p.App)), Scripts: []string{"app.js"}, Policy: p.policy()}
}
func (p barredPage) Body() templ.Component { return barredBody(p) }

// kind is the phrase for one thing that is missing.
func (p barredPage) kind(say *words.Catalogue, m flow.Membership) words.Phrase {
	if m.Group {
		return say.Barred.Group
	}
	return say.Barred.Role
}
