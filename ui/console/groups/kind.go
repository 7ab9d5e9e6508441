package groups

import (
	"net/url"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// kind is groups, or organisations.
type kind struct {
	path, param, command string
	is                   access.Kind

	list, create, update, del     string // operations
	inside, put, remove, describe string

	say   func(say *words.Catalogue) *words.ConsoleContainer
	found func(v *guard.Visit, asked url.Values) ([]thing, string, error)
	read  func(v *guard.Visit, id string) (thing, string, error)
	made  func(v *guard.Visit, id, description string) (string, error)
	write func(v *guard.Visit, id, etag, description string) error
}

// thing is one of them.
type thing struct {
	ID, Description string
	Created         time.Time
}

var ofGroups = kind{
	path: guard.PathGroups, param: "group", command: "group", is: access.Group,
	list: "listGroups", create: "createGroup", describe: "getGroup", update: "updateGroup", del: "deleteGroup",
	inside: "listGroupMembers", put: "putGroupMember", remove: "removeGroupMember",
	say: func(say *words.Catalogue) *words.ConsoleContainer { return &say.ConsoleGroups },
	found: func(v *guard.Visit, asked url.Values) ([]thing, string, error) {
		return listed(v, "listGroups", asked, thingOfGroup)
	},
	read: func(v *guard.Visit, id string) (thing, string, error) {
		return seen(v, "getGroup", guard.On("group", id), thingOfGroup)
	},
	made: func(v *guard.Visit, id, description string) (string, error) {
		made, err := guard.Ask[admin.Made[wire.Group]](v, "createGroup", admin.Input{Body: admin.GroupCreate{ID: id, Description: description}})
		if err != nil {
			return "", err
		}
		return made.Body.ID, nil
	},
	write: func(v *guard.Visit, id, etag, description string) error {
		_, err := guard.Ask[admin.One[wire.Group]](v, "updateGroup", admin.Input{Path: guard.On("group", id), IfMatch: etag, Body: admin.Description{Description: description}})
		return err
	},
}

var ofOrganisations = kind{
	path: guard.PathOrganisations, param: "organisation", command: "org", is: access.Organisation,
	list: "listOrganisations", create: "createOrganisation", describe: "getOrganisation", update: "updateOrganisation", del: "deleteOrganisation",
	inside: "listOrganisationMembers", put: "putOrganisationMember", remove: "removeOrganisationMember",
	say: func(say *words.Catalogue) *words.ConsoleContainer { return &say.ConsoleOrganisations },
	found: func(v *guard.Visit, asked url.Values) ([]thing, string, error) {
		return listed(v, "listOrganisations", asked, thingOfOrg)
	},
	read: func(v *guard.Visit, id string) (thing, string, error) {
		return seen(v, "getOrganisation", guard.On("organisation", id), thingOfOrg)
	},
	made: func(v *guard.Visit, id, description string) (string, error) {
		made, err := guard.Ask[admin.Made[wire.Org]](v, "createOrganisation", admin.Input{Body: admin.OrganisationCreate{ID: id, Description: description}})
		if err != nil {
			return "", err
		}
		return made.Body.ID, nil
	},
	write: func(v *guard.Visit, id, etag, description string) error {
		_, err := guard.Ask[admin.One[wire.Org]](v, "updateOrganisation", admin.Input{Path: guard.On("organisation", id), IfMatch: etag, Body: admin.Description{Description: description}})
		return err
	},
}

func thingOfGroup(g wire.Group) thing { return thing{g.ID, g.Description, g.Created} }
func thingOfOrg(o wire.Org) thing     { return thing{o.ID, o.Description, o.Created} }

// listed is a page of a list.
func listed[T any](v *guard.Visit, operation string, asked url.Values, of func(T) thing) (all []thing, next string, err error) {
	found, err := guard.Ask[admin.Page[T]](v, operation, admin.Input{Query: asked})
	if err != nil {
		return nil, "", err
	}
	for _, one := range found.Body.Items {
		all = append(all, of(one))
	}
	return all, found.Body.Next, nil
}

// seen is one thing, with the ETag that it was seen with.
func seen[T any](v *guard.Visit, operation string, path map[string]string, of func(T) thing) (thing, string, error) {
	found, err := guard.Ask[admin.One[T]](v, operation, admin.Input{Path: path})
	if err != nil {
		return thing{}, "", err
	}
	return of(found.Body), found.ETag, nil
}

// id is that of the address, and on names it.
func (k *kind) id(v *guard.Visit) string            { return v.R.PathValue(k.param) }
func (k *kind) on(v *guard.Visit) map[string]string { return guard.On(k.param, k.id(v)) }

// subject is one of them as grants name it.
func (k *kind) subject(id string) string { return string(k.is) + ":" + id }

// GroupFinder and OrganisationFinder find them by how their id or description begins.
var (
	GroupFinder        = finder(&ofGroups)
	OrganisationFinder = finder(&ofOrganisations)
)

func finder(k *kind) guard.Finder {
	return guard.Finder{Kind: string(k.is), Label: section(k).Label, Operation: k.list, Find: func(v *guard.Visit, text string) (hits []part.Hit, err error) {
		all, _, err := k.found(v, guard.Searching(text))
		for _, one := range all {
			hits = append(hits, part.Hit{Label: one.ID, Under: one.Description, Href: k.pathOf(one.ID), Value: one.ID})
		}
		return hits, err
	}}
}
