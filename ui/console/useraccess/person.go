package useraccess

import (
	"net/url"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/words"
)

// tab is where the tab is, below the person's first page.
const tab = "/access"

// personFrame is what the pages share.
type personFrame struct {
	person.Frame
	CanGrant bool
	// Look is from where it is looked at: org and at, as the address has them.
	Look url.Values
	Orgs []part.Option // that are proposed
}

func on(v *guard.Visit) map[string]string { return person.On(v) }

// read returns the person of the address.
func read(v *guard.Visit) (personFrame, error) {
	found, err := person.Read(v)
	if err != nil {
		return personFrame{}, err
	}
	f := personFrame{Frame: found, CanGrant: v.Can("createGrant", nil), Look: v.Only("org", "at")}
	f.Orgs, err = v.Organisations()
	return f, err
}

func (f *personFrame) path() string { return f.Path() + tab }

// heading is the head of the tab.
func (f *personFrame) heading(say *words.Catalogue) part.Heading {
	return f.Tabbed(say, tab, actions(*f))
}

// drawn is the frame of a page that asks something below the tab.
func (f *personFrame) drawn(say *words.Catalogue, h part.Heading) part.Frame {
	return f.Part(say, h, "", f.Crumbs(say, "", tab)...)
}

// with is the address of a page below the tab, with a parameter besides.
func (f *personFrame) with(below, name, value string) string {
	return guard.With(f.path()+below, f.Look, name, value)
}
