package groups

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// all shows a page of the list.
func (d *Door) all(v *guard.Visit, k *kind) error {
	asked := v.Only("search", "cursor")
	all, next, err := k.found(v, asked)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(k.path, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	if err := v.Keeps(&f, strings.TrimPrefix(k.path, guard.Root+"/")); err != nil {
		return err
	}
	f.Command = guard.Whole(asked, k.command, "list")
	return v.Show(http.StatusOK, listPage{Frame: f, kind: k, Asked: asked, Things: all, Next: next, Now: time.Now(), CanCreate: v.Can(k.create, nil)})
}

// reads returns the one of the address.
func (k *kind) reads(v *guard.Visit) (oneFrame, error) {
	is, etag, err := k.read(v, k.id(v))
	if err != nil {
		return oneFrame{}, err
	}
	return oneFrame{
		Frame: v.Frame(), kind: k, Thing: is, ETag: etag, Now: time.Now(), to: v.PathOf,
		Members: v.Can(k.inside, k.on(v)), CanEdit: v.Can(k.update, k.on(v)), CanDelete: v.Can(k.del, k.on(v)), CanAdd: v.Can(k.put, k.on(v)),
		CanGrant: v.Can("createGrant", nil), Granted: v.Can("listGrants", nil),
	}, nil
}

// one shows what a group gives, who looks after it, and which groups are in it.
func (d *Door) one(v *guard.Visit, k *kind) error {
	f, err := k.reads(v)
	if err != nil {
		return err
	}
	page := onePage{oneFrame: f, Grants: v.Can("listGrants", nil)}
	page.Command = guard.Command(k.command, "show", f.Thing.ID)
	if page.Grants {
		if page.Gives, page.MoreGives, err = gives(v, k.subject(f.Thing.ID)); err != nil {
			return err
		}
		if page.Managers, page.MoreManagers, err = managers(v, k, f.Thing.ID); err != nil {
			return err
		}
	}
	if f.Members {
		left := maxBranches
		if page.Within, err = within(v, k, f.Thing.ID, &left, nil); err != nil {
			return err
		}
	}
	return v.Show(http.StatusOK, page)
}

// gives are the grants of a subject that are not over, and whether there are more of them.
func gives(v *guard.Visit, subject string) ([]wire.Grant, bool, error) {
	found, err := guard.Ask[admin.Page[wire.Grant]](v, "listGrants", admin.Input{Query: url.Values{"subject": {subject}, "limit": {"50"}}})
	if err != nil {
		return nil, false, err
	}
	return found.Body.Items, found.Body.Next != "", nil
}

// manages is the permission of whoever decides who is in a group or an organisation.
const manages = access.Gatehouse + "/memberships:write"

// maxManaging is how many pages of grants of that permission are looked through.
const maxManaging = 5

// managers are those who were given it for this one alone, and whether there may be more.
func managers(v *guard.Visit, k *kind, id string) (all []wire.Subject, more bool, err error) {
	asked := url.Values{"permission": {manages}, "limit": {"200"}}
	if k.is == access.Organisation {
		asked.Set("org", id)
	}
	for range maxManaging {
		found, err := guard.Ask[admin.Page[wire.Grant]](v, "listGrants", admin.Input{Query: asked})
		if err != nil {
			return nil, false, err
		}
		for i := range found.Body.Items {
			if g := &found.Body.Items[i]; g.Effect == access.Allow && k.over(g, id) {
				all = append(all, g.Subject)
			}
		}
		if found.Body.Next == "" {
			return all, false, nil
		}
		asked.Set("cursor", found.Body.Next)
	}
	return all, true, nil
}

// over reports whether a grant is for that one alone.
func (k *kind) over(g *wire.Grant, id string) bool {
	if k.is == access.Organisation {
		return g.Org == id
	}
	return g.Org == "" && slices.Contains(g.ResourceIDs, id)
}

// maxBranches is how many groups within groups a page looks at.
const maxBranches = 20

// branch is a group within another one, with those in it.
type branch struct {
	id    string
	below []branch
}

// within are the groups in one of a kind, and those in them, as far as the visitor may see
// who is in them.
func within(v *guard.Visit, k *kind, id string, left *int, over []string) (all []branch, err error) {
	if *left--; *left < 0 || slices.Contains(over, id) || !v.Can(k.inside, guard.On(k.param, id)) {
		return nil, nil
	}
	found, err := guard.Ask[admin.Page[wire.Member]](v, k.inside, admin.Input{Path: guard.On(k.param, id), Query: url.Values{"kind": {string(access.Group)}, "limit": {"200"}}})
	if err != nil {
		return nil, err
	}
	for _, m := range found.Body.Items {
		b := branch{id: m.Member.ID}
		if b.below, err = within(v, &ofGroups, b.id, left, append(over, id)); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func (d *Door) askNew(v *guard.Visit, k *kind) error {
	if err := v.Ready(k.create, nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newPage(v, k))
}

func newPage(v *guard.Visit, k *kind) editPage {
	page := editPage{Frame: v.Frame(), kind: k}
	page.Command = page.creates()
	return page
}

// creates is the command that makes what the form holds.
func (p *editPage) creates() string {
	return guard.Run(p.kind.command, "create").Typed("id", p.ID, "ID").If("description", p.Description).String()
}

func (d *Door) create(v *guard.Visit, k *kind) error {
	page := newPage(v, k)
	page.ID, page.Description = v.Value("id"), v.Value("description")
	page.Command = page.creates()
	made, err := k.made(v, page.ID, page.Description)
	if err != nil {
		return page.again(v, err)
	}
	return v.Done(k.pathOf(made), "new")
}

func (d *Door) askEdit(v *guard.Visit, k *kind) error {
	if err := v.Ready(k.update, k.on(v)); err != nil {
		return err
	}
	f, err := k.reads(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.editPage())
}

func (f *oneFrame) editPage() editPage {
	return editPage{Frame: f.Frame, kind: f.kind, Of: true, ETag: f.ETag, ID: f.Thing.ID, Description: f.Thing.Description}
}

func (d *Door) edit(v *guard.Visit, k *kind) error {
	f, err := k.reads(v)
	if err != nil {
		return err
	}
	page := f.editPage() // sent again, it is meant for what is there now
	page.Fresh = page.form
	page.Description = v.Value("description")
	if err := k.write(v, page.ID, v.Value("etag"), page.Description); err != nil {
		return page.again(v, err)
	}
	return v.Done(k.pathOf(page.ID), "edit")
}

// again shows the page with what was wrong.
func (p *editPage) again(v *guard.Visit, err error) error {
	status, ok := v.Reject(&p.Frame, guard.Taken(err, "id"))
	if !ok {
		return err
	}
	return v.Show(status, *p)
}

func (d *Door) askDelete(v *guard.Visit, k *kind) error {
	page, err := d.deleting(v, k)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, *page)
}

// deleting is the page that asks whether to delete it. What it gives keeps it.
func (d *Door) deleting(v *guard.Visit, k *kind) (*deletePage, error) {
	if err := v.Ready(k.del, k.on(v)); err != nil {
		return nil, err
	}
	f, err := k.reads(v)
	if err != nil {
		return nil, err
	}
	page := &deletePage{oneFrame: f}
	page.Command = guard.Command(k.command, "delete", f.Thing.ID)
	if v.Can("listGrants", nil) {
		if page.Gives, page.More, err = gives(v, k.subject(f.Thing.ID)); err != nil {
			return nil, err
		}
	}
	if f.Members {
		found, err := k.page(v, f.Thing.ID, url.Values{"limit": {"200"}})
		if err != nil {
			return nil, err
		}
		page.Inside, page.MoreInside = len(found.Body.Items), found.Body.Next != ""
	}
	return page, nil
}

func (d *Door) delete(v *guard.Visit, k *kind) error {
	page, err := d.deleting(v, k)
	if err != nil {
		return err
	}
	if strings.TrimSpace(v.Value("confirm")) != page.Thing.ID {
		page.Mistyped = true
		return v.Show(http.StatusUnprocessableEntity, *page)
	}
	_, err = guard.Ask[admin.Nothing](v, k.del, admin.Input{Path: k.on(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(k.path, "delete")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, *page)
}
