package guard

import (
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// Group is a part of the navigation.
type Group struct {
	Label    func(say *words.Catalogue) string // nil: none
	Sections []Section
}

// Section is an entry of the navigation. Who may not use Operation, which its first page asks
// for, is not shown it; "" is for everybody.
type Section struct {
	Label     func(say *words.Catalogue) string
	Path      string
	Operation string
}

// Frame is what every page has besides its own: the frame around it, and what its forms carry.
type Frame struct {
	view.Form
	// Key is what makes a form that is sent twice do a thing once.
	Key string
	// Done is what was just done, as the address has it; it may be anything.
	Done string
	// Fresh is the form as it would be shown now, before what was typed is put into its page. Where
	// somebody else changed the thing meanwhile, Draw tells by it what they made of it.
	Fresh func(say *words.Catalogue) part.Form
	// Command is the command that does the same as the page (Command); "" for none.
	Command string
	// Undo is the path that a form posts to in order to take back what was just done, with the ETag of
	// what came of it (TakesBack); "" for nothing.
	Undo, undoETag string

	person  part.Person
	path    string // of the page
	here    string
	version string
	nav     []Group
	kept    kept // filters of a list
	visit   *Visit
}

// Frame returns the frame of the visit's page.
func (v *Visit) Frame() Frame {
	return Frame{
		Form: v.Form(), Key: key(), Done: v.Query("done"), person: part.Person{Name: v.Person.Name, Email: v.Person.Email},
		path: v.R.URL.Path, here: v.here(), version: v.guard.Version, nav: v.nav(), visit: v,
	}
}

// nav is the navigation as far as it is for the visitor.
func (v *Visit) nav() (all []Group) {
	for _, g := range v.guard.Nav {
		g.Sections = slices.DeleteFunc(slices.Clone(g.Sections), func(s Section) bool { return s.Operation != "" && !v.Can(s.Operation, nil) })
		if len(g.Sections) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// Empty reports whether nothing of the console is for the visitor but its first page.
func (f *Frame) Empty() bool {
	return !slices.ContainsFunc(f.nav, func(g Group) bool {
		return slices.ContainsFunc(g.Sections, func(s Section) bool { return s.Operation != "" })
	})
}

// Has reports whether the navigation has a section at a path: a page links to other areas where
// they are there, and for its visitor.
func (f *Frame) Has(path string) bool {
	return slices.ContainsFunc(f.nav, func(g Group) bool {
		return slices.ContainsFunc(g.Sections, func(s Section) bool { return s.Path == path })
	})
}

// To is href where the navigation has a section at path, and else nothing.
func (f *Frame) To(path, href string) string {
	if !f.Has(path) {
		return ""
	}
	return href
}

// WithNav is the frame with a navigation, for tests of pages that link to other areas.
func (f Frame) WithNav(nav ...Group) Frame {
	f.nav = nav
	return f
}

// Part is the frame as package part draws it. notice says what was just done, "" for nothing.
func (f *Frame) Part(say *words.Catalogue, h part.Heading, notice string, crumbs ...part.Link) part.Frame {
	drawn := part.Frame{
		Heading: h, Crumbs: crumbs, Person: f.person, Token: f.Token, SignOut: PathSignOut, Here: f.here, Version: f.version,
		Flash: part.Flash{Text: notice},
	}
	if notice != "" && f.Undo != "" {
		drawn.Flash.Undo, drawn.Flash.Fields = f.Undo, append(f.Carried(), part.Hidden{Name: "etag", Value: f.undoETag})
	}
	if f.visit != nil && f.visit.narrowed {
		drawn.Partial = say.Console.Partial
	}
	here := f.section(crumbs)
	for _, g := range f.nav {
		group := part.NavGroup{}
		if g.Label != nil {
			group.Label = g.Label(say)
		}
		for _, s := range g.Sections {
			group.Items = append(group.Items, part.NavItem{Label: s.Label(say), Href: s.Path, Current: s.Path == here})
		}
		drawn.Nav = append(drawn.Nav, group)
	}
	return drawn
}

// TakesBack lets the page take back what it says was just done: where that is of one of the pairs of
// acts, whose other half may be done now, by the form of that at path.
func (f *Frame) TakesBack(path, etag string, offered func(act string) bool) {
	other := map[string]string{"disable": "enable", "enable": "disable"}[f.Done]
	if other != "" && offered(other) {
		f.Undo, f.undoETag = path+"/"+other, etag
	}
}

// section is the path of the section that the page is of, "" for none: the one that its address
// stands below, and else the one that its crumbs begin with, as what has a place of its own
// belongs to one too.
func (f *Frame) section(crumbs []part.Link) string {
	for _, g := range f.nav {
		for _, s := range g.Sections {
			if f.within(s.Path) {
				return s.Path
			}
		}
	}
	if len(crumbs) > 0 {
		return crumbs[0].Href
	}
	return ""
}

// within reports whether the page is that of a section or below it.
func (f *Frame) within(path string) bool {
	return f.path == path || path != Root && strings.HasPrefix(f.path, path+"/")
}

// Carried is what every form of the page carries besides its token: what makes it do a thing
// once, and whose page it is.
func (f *Frame) Carried() []part.Hidden {
	all := []part.Hidden{{Name: "key", Value: f.Key}}
	if f.Form.Person != "" {
		all = append(all, part.Hidden{Name: "person", Value: f.Form.Person})
	}
	return all
}

// Changed reports whether the form came back because somebody else was faster.
func (f *Frame) Changed() bool {
	return f.Wrong != nil && (f.Wrong.Kind == fault.Outdated || strings.HasSuffix(f.Wrong.Code, ".changed"))
}

// Draw returns a form as the page shows it: with what every form carries, and with what was
// wrong with it when it was sent.
func (f *Frame) Draw(say *words.Catalogue, form part.Form) part.Form {
	form.Token, form.Hidden = f.Token, append(f.Carried(), form.Hidden...)
	if f.Fresh != nil && f.Changed() {
		form = form.Beside(say, f.Fresh(say))
	}
	return form.Faulty(say, f.Wrong)
}
