package sessions

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// allPage signs everybody out.
type allPage struct {
	guard.Frame
	Finished bool
	Ended    int
}

func (p allPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleSessions.EndAll))
}
func (p allPage) Body() templ.Component { return allBody(p) }

// sure asks whether to do it, and names what comes of it.
func (p *allPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleSessions
	return part.Confirm{Title: is.EndAllAsk, Consequence: is.EndAllWhy, Details: []string{is.EndAllTokens, is.EndAllGate, is.EndAllStays, is.EndAllYou}, Bad: true, Form: p.Draw(say, part.Form{
		ID: "everybody", Action: pathAll, Cancel: path, Do: []part.Button{{ID: "submit", Label: is.EndAllDo, Danger: true}},
	})}
}

func (p *allPage) notice(say *words.Catalogue) string {
	if !p.Finished {
		return ""
	}
	return say.Of(say.ConsoleSessions.EndedAll, p.Ended).With(words.N, say.Number(p.Ended))
}

// askAll asks whether to sign everybody out.
func (d *Door) askAll(v *guard.Visit) error {
	if err := v.Ready("endAllSessions", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newAll(v.Frame()))
}

// endAll does it. Whoever does stays signed in at this browser.
func (d *Door) endAll(v *guard.Visit) error {
	done, err := guard.Ask[admin.One[admin.Ended]](v, "endAllSessions", admin.Input{Body: admin.SessionsEnd{Of: "everybody"}})
	if err != nil {
		return err
	}
	page := newAll(v.Frame())
	page.Finished, page.Ended = true, done.Body.Ended
	return v.Show(http.StatusOK, page)
}

func newAll(f guard.Frame) allPage {
	f.Command = guard.Run("session", "revoke").Tick("everybody", true).String()
	return allPage{Frame: f}
}
