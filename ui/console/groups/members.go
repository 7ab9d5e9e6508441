package groups

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// page is a page of who is in one of them.
func (k *kind) page(v *guard.Visit, id string, asked url.Values) (*admin.Page[wire.Member], error) {
	return guard.Ask[admin.Page[wire.Member]](v, k.inside, admin.Input{Path: guard.On(k.param, id), Query: asked})
}

// members shows a page of who is in it.
func (d *Door) members(v *guard.Visit, k *kind) error {
	f, err := k.reads(v)
	if err != nil {
		return err
	}
	page := membersPage{oneFrame: f, Asked: v.Only("kind", "cursor")}
	asked := v.Only("kind", "cursor")
	asked.Set("limit", "50")
	found, err := k.page(v, f.Thing.ID, asked)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(f.path()+"/members", page.Asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	page.List, page.Next = found.Body.Items, found.Body.Next
	page.Command = guard.Command(k.command, "members", f.Thing.ID)
	return v.Show(http.StatusOK, page)
}

func (d *Door) askAdd(v *guard.Visit, k *kind) error {
	page, err := d.adding(v, k)
	if err != nil {
		return err
	}
	page.Kind, page.Member = string(access.User), v.Query("member")
	return v.Show(http.StatusOK, *page)
}

// adding is the page that asks whom to put into it. What they get is said there.
func (d *Door) adding(v *guard.Visit, k *kind) (*addPage, error) {
	if err := v.Ready(k.put, k.on(v)); err != nil {
		return nil, err
	}
	f, err := k.reads(v)
	if err != nil {
		return nil, err
	}
	page := &addPage{oneFrame: f}
	page.Command = page.same(k)
	if v.Can("listGrants", nil) {
		page.Gives, page.More, err = gives(v, k.subject(f.Thing.ID))
	}
	return page, err
}

func (d *Door) add(v *guard.Visit, k *kind) error {
	page, err := d.adding(v, k)
	if err != nil {
		return err
	}
	page.Kind, page.Member, page.Last, page.Reason = v.Value("kind"), strings.TrimSpace(v.Value("member")), v.Value("expires_at"), v.Value("reason")
	page.Change = v.Value("change") != ""
	page.Already = page.Change
	page.Command = page.same(k)
	member := ""
	until, err := guard.Lasts("expires_at", page.Last, page.Now)
	if err == nil {
		member, err = d.named(v, page.Kind, page.Member)
	}
	if err == nil {
		_, err = guard.Ask[admin.One[wire.Member]](v, k.put, admin.Input{
			Path: map[string]string{k.param: page.Thing.ID, "kind": page.Kind, "member": member}, New: !page.Change, Body: &admin.MembershipPut{ExpiresAt: until, Reason: page.Reason},
		})
	}
	if err == nil || guard.Repeated(err) { // its end is counted from now on
		return v.Done(page.path()+"/members", "add")
	}
	switch {
	case fault.Is(err, fault.NotFound):
		err = nobody(err)
	case fault.CodeOf(err) == "request.exists":
		page.Already, err = true, guard.Wrong("member", "is in it already")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, *page)
}

// same is the command that puts somebody in as the form holds.
func (p *addPage) same(k *kind) string {
	kind := cmp.Or(p.Kind, string(access.User))
	example := "ID"
	if kind == string(access.User) {
		example = "ADDRESS"
	}
	return guard.Run(k.command, "add").Typed(kind, p.Member, example).If("for", p.Last).If("reason", p.Reason).On(p.Thing.ID).String()
}

// named is the id of a member who was named by a person: people are named by their address.
func (d *Door) named(v *guard.Visit, kind, name string) (string, error) {
	if name == "" {
		return "", nobody(nil)
	}
	if kind != string(access.User) || !strings.Contains(name, "@") {
		return name, nil
	}
	found, err := guard.Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: guard.Searching(name)})
	if err != nil {
		return "", err
	}
	for _, u := range found.Body.Items {
		if strings.EqualFold(u.Email, name) {
			return string(u.ID), nil
		}
	}
	return "", nobody(nil)
}

// nobody says at its input that there is no such member.
func nobody(err error) error {
	return &fault.Error{Kind: fault.Invalid, Code: "user.not_found", Detail: "There is no such user.", Fields: []fault.Field{{Name: "member", Problem: "names nobody"}}, Err: err}
}

func (d *Door) askRemove(v *guard.Visit, k *kind) error {
	page, err := d.removing(v, k)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, *page)
}

// removing is the page that asks whether to take somebody out. What they lose is said there.
func (d *Door) removing(v *guard.Visit, k *kind) (*removePage, error) {
	if err := v.Ready(k.remove, k.on(v)); err != nil {
		return nil, err
	}
	f, err := k.reads(v)
	if err != nil {
		return nil, err
	}
	page := &removePage{oneFrame: f, Member: wire.Subject{Kind: access.Kind(v.R.PathValue("kind")), ID: v.R.PathValue("member")}}
	if page.Member.Kind == access.User && v.Can("getUser", guard.On("user", page.Member.ID)) {
		found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: guard.On("user", page.Member.ID)})
		if err != nil {
			return nil, err
		}
		page.Member.Email = found.Body.Email
	}
	if v.Can("listGrants", nil) {
		page.Gives, page.More, err = gives(v, k.subject(f.Thing.ID))
	}
	page.Command = guard.Run(k.command, "remove").With(string(page.Member.Kind), called(page.Member)).On(f.Thing.ID).String()
	return page, err
}

func (d *Door) remove(v *guard.Visit, k *kind) error {
	page, err := d.removing(v, k)
	if err != nil {
		return err
	}
	_, err = guard.Ask[admin.Nothing](v, k.remove, admin.Input{Path: map[string]string{k.param: page.Thing.ID, "kind": string(page.Member.Kind), "member": page.Member.ID}})
	if err == nil {
		return v.Done(page.path()+"/members", "remove")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, *page)
}
