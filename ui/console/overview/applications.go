package overview

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

const (
	pathApplications = "/console/applications"

	topDays = 7 // today is the last
	mostTop = 5 // that are shown
)

// applications puts those into the page to which people signed in most often, as it is counted while
// they do.
func applications(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.One[wire.TopApplications]](v, "getTopApplications", admin.Input{Query: url.Values{"days": {strconv.Itoa(topDays)}}})
	if err != nil {
		return err
	}
	all := found.Body.Applications
	page.Applications = all[:min(len(all), mostTop)]
	return nil
}

func (p overviewPage) applications(say *words.Catalogue) part.Table {
	is := &say.ConsoleOverview
	t := part.Table{ID: "applications", Caption: is.TopApplications, Columns: []part.Column{{Label: say.ConsoleApplications.Name}, {Label: is.TopSignIns, Number: true}}}
	for i := range p.Applications {
		one := &p.Applications[i]
		t.Rows = append(t.Rows, part.Row{Label: one.Name, Href: pathApplications + "/" + url.PathEscape(string(one.ID)), Cells: []templ.Component{part.Text(one.Name), part.Number(int(one.SignIns))}})
	}
	return t
}
