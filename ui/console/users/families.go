package users

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// familyPage asks whether to end one refresh token.
type familyPage struct {
	userFrame
	Family wire.RefreshFamily
	From   string // the application whose page leads here; "": that of the person
}

func (p familyPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleUsers.EndToken.With(words.App, string(p.Family.Client))
}

func (p familyPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p familyPage) Body() templ.Component { return familyBody(p) }

// back is the list that the token stands in.
func (p *familyPage) back() string {
	if p.From != "" {
		return "/console/applications/" + url.PathEscape(p.From) + "/families"
	}
	return p.Path() + "/applications"
}

func (p familyPage) facts(say *words.Catalogue) []part.Fact {
	is, f := &say.ConsoleUsers, &p.Family
	all := []part.Fact{
		{Name: is.Application, Value: part.Text(string(f.Client))},
		{Name: is.Allows, Value: codes(scopesOf(f))},
		{Name: is.Since, Value: part.When(p.Now, f.Created)},
		{Name: is.LastUsed, Value: part.When(p.Now, f.Used)},
		{Name: is.Ends, Value: part.When(p.Now, endOf(f))},
	}
	if len(f.Audiences) > 0 {
		all = slices.Insert(all, 2, part.Fact{Name: is.MeantFor, Value: codes(f.Audiences)})
	}
	return all
}

func (p familyPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleUsers
	form := part.Form{ID: "end", Action: p.Path() + "/families/" + string(p.Family.ID), Cancel: p.back(), Do: []part.Button{{ID: "submit", Label: is.EndTokenDo, Danger: true}}}
	if p.From != "" {
		form.Hidden = []part.Hidden{{Name: "from", Value: p.From}}
	}
	return part.Confirm{Title: string(p.title(say)), Consequence: is.EndTokenWhy, Form: p.Draw(say, form)}
}

// maxFamilyPages is through how many pages of the API somebody's token is looked for.
const maxFamilyPages = 5

// familyOf finds the token of the address among those of the person.
func familyOf(v *guard.Visit) (wire.RefreshFamily, error) {
	q := url.Values{"limit": {"200"}}
	for range maxFamilyPages {
		found, err := guard.Ask[admin.Page[wire.RefreshFamily]](v, "listUserRefreshFamilies", admin.Input{Path: on(v), Query: q})
		if err != nil {
			return wire.RefreshFamily{}, err
		}
		i := slices.IndexFunc(found.Body.Items, func(f wire.RefreshFamily) bool { return string(f.ID) == v.R.PathValue("family") })
		if i >= 0 {
			return found.Body.Items[i], nil
		}
		if found.Body.Next == "" {
			break
		}
		q.Set("cursor", found.Body.Next)
	}
	return wire.RefreshFamily{}, fault.Missing("family")
}

// askEndFamily asks whether to end a refresh token.
func (d *Door) askEndFamily(v *guard.Visit) error {
	if err := v.Ready("endRefreshFamily", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	family, err := familyOf(v)
	if err != nil {
		return err
	}
	page := familyPage{userFrame: f, Family: family}
	if v.Query("from") == string(family.Client) {
		page.From = string(family.Client)
	}
	return v.Show(http.StatusOK, page)
}

// endFamily ends it. One that had ended before is none, and so is that of somebody else.
func (d *Door) endFamily(v *guard.Visit) error {
	user := v.R.PathValue("user")
	_, err := guard.Ask[admin.Nothing](v, "endRefreshFamily", admin.Input{Path: map[string]string{"user": user, "family": v.R.PathValue("family")}})
	if err != nil {
		return err
	}
	if from := v.Value("from"); from != "" {
		return v.Done("/console/applications/"+url.PathEscape(from)+"/families", "end-family")
	}
	return v.Done(person.Path(user)+"/applications", "end-family")
}
