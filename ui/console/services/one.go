package services

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
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

func on(v *guard.Visit) map[string]string { return guard.On("service", v.R.PathValue("service")) }

// list shows a page of the service accounts.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "cursor")
	found, err := guard.Ask[admin.Page[wire.ServiceAccount]](v, "listServiceAccounts", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(pathServices, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	if err := v.Keeps(&f, "service-accounts"); err != nil {
		return err
	}
	f.Command = guard.Whole(asked, "service", "list")
	return v.Show(http.StatusOK, listPage{Frame: f, Asked: asked, List: found.Body.Items, Next: found.Body.Next, Now: time.Now(), CanCreate: v.Can("createServiceAccount", nil)})
}

// read returns the account of the address, with its keys.
func read(v *guard.Visit) (frame, error) {
	found, err := guard.Ask[admin.One[wire.ServiceAccount]](v, "getServiceAccount", admin.Input{Path: on(v)})
	if err != nil {
		return frame{}, err
	}
	f := frame{Frame: v.Frame(), Account: found.Body, ETag: found.ETag, Now: time.Now(), CanEdit: v.Can("updateServiceAccount", on(v)), CanKey: v.Can("createServiceKey", on(v)), CanRevoke: v.Can("revokeServiceKey", on(v)), CanGrant: v.Can("createGrant", nil), Granted: v.Can("listGrants", nil)}
	keys, err := guard.Ask[admin.Page[wire.ServiceKey]](v, "listServiceKeys", admin.Input{Path: on(v)})
	if err != nil {
		return frame{}, err
	}
	f.Keys = keys.Body.Items
	for _, a := range acts {
		if a.offered != nil && a.offered(&f.Account) && v.Can(a.operation, on(v)) {
			f.acts = append(f.acts, a)
		}
	}
	f.TakesBack(pathOf(f.Account.ID), f.ETag, func(name string) bool {
		return slices.ContainsFunc(f.acts, func(a act) bool { return a.name == name })
	})
	return f, nil
}

// one shows an account with its keys, and what it may do.
func (d *Door) one(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("service", "show", f.Account.ID)
	page := onePage{frame: f, Grants: v.Can("listGrants", nil)}
	if page.Names, err = v.Names([]string{strings.TrimPrefix(f.Account.CreatedBy, "person:")}); err != nil {
		return err
	}
	if page.Grants {
		found, err := guard.Ask[admin.Page[wire.Grant]](v, "listGrants", admin.Input{Query: url.Values{"subject": {"service:" + f.Account.ID}, "limit": {"50"}}})
		if err != nil {
			return err
		}
		page.Gives, page.More = found.Body.Items, found.Body.Next != ""
	}
	return v.Show(http.StatusOK, page)
}

// works reports whether a key is good.
func works(k *wire.ServiceKey, now time.Time) bool {
	return k.Revoked.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

func (f *frame) live() (n int) {
	for i := range f.Keys {
		if works(&f.Keys[i], f.Now) {
			n++
		}
	}
	return n
}

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createServiceAccount", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newPage(v))
}

func newPage(v *guard.Visit) editPage {
	page := editPage{Frame: v.Frame(), Last: "90d"}
	page.Command = page.same()
	return page
}

// create makes an account, and shows its first key, which nobody sees again.
func (d *Door) create(v *guard.Visit) error {
	page := newPage(v)
	page.ID, page.Description, page.Role, page.Last, page.Reason = v.Value("id"), v.Value("description"), strings.TrimSpace(v.Value("role")), v.Value("expires_at"), v.Value("reason")
	page.Command = page.same()
	until, err := guard.Lasts("expires_at", page.Last, time.Now())
	if err != nil {
		return page.again(v, err)
	}
	made, err := guard.Ask[admin.Made[wire.NewServiceAccount]](v, "createServiceAccount", admin.Input{Body: admin.ServiceAccountCreate{
		ID: page.ID, Description: page.Description, Role: page.Role, ExpiresAt: until, Reason: page.Reason,
	}})
	if err != nil {
		return page.again(v, shown(err))
	}
	return v.Show(http.StatusOK, secretPage{Frame: v.Frame(), ID: made.Body.ID, Secret: string(made.Body.Key)})
}

func (d *Door) askEdit(v *guard.Visit) error {
	if err := v.Ready("updateServiceAccount", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.editPage())
}

func (f *frame) editPage() editPage {
	page := editPage{Frame: f.Frame, Of: true, ETag: f.ETag, ID: f.Account.ID, Description: f.Account.Description}
	page.Command = page.same()
	return page
}

// same is the command that does what the form holds.
func (p *editPage) same() string {
	if p.Of {
		return guard.Run("service", "update").With("description", p.Description).On(p.ID).String()
	}
	line := guard.Run("service", "create").Typed("id", p.ID, "ID").If("description", p.Description).If("role", p.Role)
	return line.If("for", p.Last).If("reason", p.Reason).String()
}

func (d *Door) edit(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.editPage() // sent again, it is meant for what is there now
	page.Fresh = page.form
	page.Description = v.Value("description")
	page.Command = page.same()
	_, err = guard.Ask[admin.One[wire.ServiceAccount]](v, "updateServiceAccount", admin.Input{Path: on(v), IfMatch: v.Value("etag"), Body: admin.Description{Description: page.Description}})
	if err != nil {
		return page.again(v, err)
	}
	return v.Done(pathOf(page.ID), "edit")
}

// again shows the page with what was wrong.
func (p *editPage) again(v *guard.Visit, err error) error {
	status, ok := v.Reject(&p.Frame, guard.Taken(err, "id"))
	if !ok {
		return err
	}
	return v.Show(status, *p)
}

func (d *Door) askKey(v *guard.Visit) error {
	if err := v.Ready("createServiceKey", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.keyPage("", "90d"))
}

func (f frame) keyPage(name, last string) keyPage {
	f.Command = guard.Run("service", "key", "create").Typed("name", name, "NAME").If("for", last).On(f.Account.ID).String()
	return keyPage{frame: f, Name: name, Last: last}
}

// makeKey makes one more key, and shows it, which nobody sees again.
func (d *Door) makeKey(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.keyPage(v.Value("name"), v.Value("expires_at"))
	until, err := guard.Lasts("expires_at", page.Last, page.Now)
	if err == nil {
		var made *admin.Made[wire.NewServiceKey]
		made, err = guard.Ask[admin.Made[wire.NewServiceKey]](v, "createServiceKey", admin.Input{Path: on(v), Body: admin.KeyCreate{Name: page.Name, ExpiresAt: until}})
		if err == nil {
			return v.Show(http.StatusOK, secretPage{Frame: v.Frame(), ID: f.Account.ID, Secret: string(made.Body.Key)})
		}
	}
	status, ok := v.Reject(&page.Frame, shown(err))
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// shown is err of a form that was sent again: the end that it says is counted from now on, and
// so it is not quite what was sent first, but its key was shown all the same.
func shown(err error) error {
	if guard.Repeated(err) {
		return fault.Wrap(err, fault.Conflict, "idempotency.secret", "This was done already. Its answer had a secret, which is not shown again.")
	}
	return err
}

// Finder finds service accounts by how their id or description begins.
var Finder = guard.Finder{Kind: string(access.ServiceAccount), Label: Section.Label, Operation: Section.Operation, Find: func(v *guard.Visit, text string) (hits []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.ServiceAccount]](v, "listServiceAccounts", admin.Input{Query: guard.Searching(text)})
	if err != nil {
		return nil, err
	}
	for _, one := range found.Body.Items {
		hits = append(hits, part.Hit{Label: one.ID, Under: one.Description, Href: pathOf(one.ID), Value: one.ID})
	}
	return hits, nil
}}

// key is the key of the address among those of the account.
func (f *frame) key(v *guard.Visit) (wire.ServiceKey, error) {
	i := slices.IndexFunc(f.Keys, func(k wire.ServiceKey) bool { return string(k.ID) == v.R.PathValue("key") })
	if i < 0 {
		return wire.ServiceKey{}, fault.Missing("key")
	}
	return f.Keys[i], nil
}
