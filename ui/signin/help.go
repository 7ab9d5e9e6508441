package signin

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// Help is what the operator says to people who cannot sign in; both may be empty.
type Help struct {
	Text string
	URL  string // https or mailto, as the configuration was checked
}

// help tells what to do without a password. Until there is mail, that is to ask
// somebody.
func (d *Door) help(w http.ResponseWriter, r *http.Request) error {
	return d.Pages.Show(w, r, http.StatusOK, helpPage{Help: d.Help, Interaction: r.URL.Query().Get("i")})
}

// helpPage is for who cannot sign in.
type helpPage struct {
	Help
	// Interaction is the sign-in that one came from as the address has it, which may
	// be anything; empty where there is none to go back to.
	Interaction string
}

func (p helpPage) Head(say *words.Catalogue) view.Head { return view.Head{Title: say.Help.Title} }
func (p helpPage) Body() templ.Component               { return helpBody(p) }

func (p helpPage) back() templ.SafeURL { return stepFrame{Interaction: p.Interaction}.at(pathSignIn) }
