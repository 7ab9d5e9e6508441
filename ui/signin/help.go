package signin

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Help is what the operator says to people who cannot sign in; both may be empty.
type Help struct {
	Text string
	URL  string // https or mailto, as the configuration was checked
}

// ownHelp is what the operator says now.
func (d *Door) ownHelp() Help {
	if d.Help == nil {
		return Help{}
	}
	return d.Help()
}

// help tells what to do without a password. Until there is mail, that is to ask
// somebody.
func (d *Door) help(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
	}
	p := helpPage{Help: d.ownHelp(), stepFrame: stepFrame{Interaction: handleOf(r)}}
	p.Token = d.Cookies.FormToken(d.Cookies.Browser(r))
	return d.Pages.Show(w, r, http.StatusOK, p)
}

// helpPage is for who cannot sign in. Its Interaction is the sign-in that one came
// from as the browser names it, which may be anything; empty where there is none to go
// back to.
type helpPage struct {
	stepFrame
	Help
}

func (p helpPage) Head(say *words.Catalogue) view.Head {
	// The form leads back into a sign-in, and maybe on to its application.
	return view.Head{Title: say.Help.Title, Policy: web.Policy{AnyFormAction: !p.fits(pathSignIn)}}
}
func (p helpPage) Body() templ.Component { return helpBody(p) }
