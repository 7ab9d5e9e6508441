package groups

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists groups, or organisations.
type listPage struct {
	guard.Frame
	Asked     url.Values
	Things    []thing
	Next      string
	Now       time.Time
	CanCreate bool

	kind *kind
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(p.kind.say(say).Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return p.kind.say(say).Deleted
	}
	return ""
}

// oneFrame is what the pages of one of them share.
type oneFrame struct {
	guard.Frame
	Thing                               thing
	ETag                                string
	Now                                 time.Time
	Members, CanEdit, CanDelete, CanAdd bool
	CanGrant, Granted                   bool // something to it; and all that was granted may be seen

	kind *kind
	to   func(wire.Subject) string // the page of somebody
}

func (f *oneFrame) path() string { return f.kind.pathOf(f.Thing.ID) }

func (f *oneFrame) heading(say *words.Catalogue, path string) part.Heading {
	h := part.Heading{Title: f.Thing.ID, Lead: f.Thing.Description, Code: f.Thing.ID, Actions: actions(*f)}
	tab := func(shown bool, label, below string) {
		if shown {
			h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: f.path() + below, Current: below == path})
		}
	}
	tab(true, say.ConsoleMembers.Overview, "")
	tab(f.Members, string(say.ConsoleMembers.Title), "/members")
	return h
}

// about is the head of a page that asks something.
func (f *oneFrame) about(title words.Title) part.Heading {
	return part.Heading{Title: string(title)}
}

func (f *oneFrame) notice(say *words.Catalogue) string {
	is := &say.ConsoleMembers
	return map[string]string{"new": f.kind.say(say).Made, "edit": f.kind.say(say).Changed, "add": is.Added, "remove": is.Removed}[f.Done]
}

// crumbs lead to the page from above, and to what is below it.
func (f *oneFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(f.kind.say(say).Title), Href: f.kind.path}}
	if below {
		all = append(all, part.Link{Label: f.Thing.ID, Href: f.path()})
	}
	return all
}

// onePage shows what it gives, who looks after it, and what is in it.
type onePage struct {
	oneFrame
	Grants       bool // they may be seen
	Gives        []wire.Grant
	MoreGives    bool
	Managers     []wire.Subject
	MoreManagers bool
	Within       []branch
}

func (p onePage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.Thing.ID)) }
func (p onePage) Body() templ.Component           { return oneBody(p) }

// membersPage shows who is in it.
type membersPage struct {
	oneFrame
	Asked url.Values
	List  []wire.Member
	Next  string
}

func (p membersPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleMembers.Title + words.Title(" · "+p.Thing.ID))
}
func (p membersPage) Body() templ.Component { return membersBody(p) }

// editPage makes one, or changes what is said of one.
type editPage struct {
	guard.Frame
	Of                    bool // it is there
	ETag, ID, Description string

	kind *kind
}

func (p editPage) title(say *words.Catalogue) words.Title {
	if !p.Of {
		return p.kind.say(say).New
	}
	return p.kind.say(say).EditTitle.With(words.Name, p.ID)
}

func (p editPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p editPage) Body() templ.Component { return editBody(p) }

// deletePage asks whether to delete it.
type deletePage struct {
	oneFrame
	Gives                      []wire.Grant
	More, Mistyped, MoreInside bool
	Inside                     int
}

func (p deletePage) title(say *words.Catalogue) words.Title {
	return p.kind.say(say).DeleteTitle.With(words.Name, p.Thing.ID)
}

func (p deletePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p deletePage) Body() templ.Component { return deleteBody(p) }

// addPage asks whom to put into it.
type addPage struct {
	oneFrame
	Gives                      []wire.Grant
	More                       bool
	Already, Change            bool // they are in it, and that is to be changed
	Kind, Member, Last, Reason string
}

func (p addPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleMembers.AddTitle.With(words.Name, p.Thing.ID)
}

func (p addPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p addPage) Body() templ.Component { return addBody(p) }

// removePage asks whether to take somebody out of it.
type removePage struct {
	oneFrame
	Member wire.Subject
	Gives  []wire.Grant
	More   bool
}

func (p removePage) title(say *words.Catalogue) words.Title {
	return words.Title(words.Phrase(say.ConsoleMembers.RemoveTitle).Fill(words.Name.Is(called(p.Member)), words.Label.Is(p.Thing.ID)))
}

func (p removePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p removePage) Body() templ.Component { return removeBody(p) }

// called is the name of somebody.
func called(s wire.Subject) string {
	if s.Email != "" {
		return s.Email
	}
	return s.ID
}

// memberPath is the page that takes somebody out.
func (f *oneFrame) memberPath(s wire.Subject) string {
	return f.path() + "/members/" + url.PathEscape(string(s.Kind)) + "/" + url.PathEscape(s.ID)
}
