package signin

import (
	"cmp"
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// codeLocked is the code of a refusal for who proved their password and is suspended.
const codeLocked = "signin.locked"

// drawLocked names the account as it was typed: nobody is signed in.
func (d *Door) drawLocked(r *http.Request, e flow.Entry, s stepFrame) (view.Page, error) {
	s.Wrong, s.Email = nil, cmp.Or(r.PostForm.Get("email"), s.Email) // what was typed is right
	_, home := e.App.Shown()
	return lockedPage{stepFrame: s, Help: d.ownHelp(), Home: home}, nil
}

// lockedPage says to somebody that a lock is on them, whom to ask, and how else to go on.
type lockedPage struct {
	stepFrame
	Help
	Home string // where the application begins; empty: nobody knows
}

func (p lockedPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.Locked.Title, Scripts: []string{"app.js"}, Policy: p.policy()}
}
func (p lockedPage) Body() templ.Component { return lockedBody(p) }
