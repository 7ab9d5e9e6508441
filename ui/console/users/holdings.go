package users

import (
	"net/http"
	"slices"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/wire"
)

// credentials shows by what the person proves who they are, and what their programs do it by.
func (d *Door) credentials(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := credentialsPage{userFrame: f, CanRevoke: v.Can("revokePersonalToken", on(v)), CanMake: v.Can("createPersonalToken", on(v))}
	if v.Can("listPersonalTokens", on(v)) {
		found, err := guard.Ask[admin.Page[wire.PersonalToken]](v, "listPersonalTokens", admin.Input{Path: on(v)})
		if err != nil {
			return err
		}
		page.Tokens = &found.Body.Items
	}
	return v.Show(http.StatusOK, page)
}

// held is what an application has of the person.
type held struct {
	Client   string
	Consent  *wire.Consent // nil: it was not asked for one
	Families []wire.RefreshFamily
}

// applications shows what applications may do in the person's name, and which tokens they hold.
func (d *Door) applications(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := appsPage{userFrame: f, CanWithdraw: v.Can("withdrawConsent", on(v)), CanEnd: v.Can("endUserRefreshFamilies", on(v)), CanEndOne: v.Can("endRefreshFamily", on(v))}
	if page.Apps, page.More, err = heldOf(v); err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

// heldOf are those that have a consent or tokens; more is whether there are tokens besides.
func heldOf(v *guard.Visit) (all []held, more bool, err error) {
	consents, err := guard.Ask[admin.Page[wire.Consent]](v, "listConsents", admin.Input{Path: on(v)})
	if err != nil {
		return nil, false, err
	}
	for i := range consents.Body.Items {
		all = append(all, held{Client: string(consents.Body.Items[i].Client), Consent: &consents.Body.Items[i]})
	}
	if !v.Can("listUserRefreshFamilies", on(v)) {
		return all, false, nil
	}
	families, err := guard.Ask[admin.Page[wire.RefreshFamily]](v, "listUserRefreshFamilies", admin.Input{Path: on(v), Query: map[string][]string{"limit": {"200"}}})
	if err != nil {
		return nil, false, err
	}
	for _, family := range families.Body.Items {
		i := slices.IndexFunc(all, func(h held) bool { return h.Client == string(family.Client) })
		if i < 0 {
			all, i = append(all, held{Client: string(family.Client)}), len(all)
		}
		all[i].Families = append(all[i].Families, family)
	}
	return all, families.Body.Next != "", nil
}

// askWithdraw asks whether to take back what an application was allowed.
func (d *Door) askWithdraw(v *guard.Visit) error {
	page, err := withdrawing(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func withdrawing(v *guard.Visit) (page withdrawPage, err error) {
	if err := v.Ready("withdrawConsent", on(v)); err != nil {
		return page, err
	}
	if page.userFrame, err = read(v); err != nil {
		return page, err
	}
	all, _, err := heldOf(v)
	if err != nil {
		return page, err
	}
	i := slices.IndexFunc(all, func(h held) bool { return h.Consent != nil && h.Client == v.R.PathValue("client") })
	if i < 0 {
		return page, fault.Missing("consent")
	}
	page.App = all[i]
	return page, nil
}

func (d *Door) withdraw(v *guard.Visit) error {
	_, err := guard.Ask[admin.Nothing](v, "withdrawConsent", admin.Input{Path: map[string]string{"user": v.R.PathValue("user"), "client": v.R.PathValue("client")}})
	if err != nil {
		return err
	}
	return v.Done(person.Path(v.R.PathValue("user"))+"/applications", "withdraw")
}

// askRevoke asks whether to end a personal token.
func (d *Door) askRevoke(v *guard.Visit) error {
	if err := v.Ready("revokePersonalToken", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	found, err := guard.Ask[admin.Page[wire.PersonalToken]](v, "listPersonalTokens", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(found.Body.Items, func(k wire.PersonalToken) bool { return string(k.ID) == v.R.PathValue("token") })
	if i < 0 {
		return fault.New(fault.NotFound, "servicekey.not_found", "There is no such key.")
	}
	f.Command = guard.Run("service", "key", "revoke").On(v.R.PathValue("token")).String()
	return v.Show(http.StatusOK, tokenPage{userFrame: f, Token: found.Body.Items[i]})
}

func (d *Door) revoke(v *guard.Visit) error {
	_, err := guard.Ask[admin.One[wire.PersonalToken]](v, "revokePersonalToken", admin.Input{Path: map[string]string{"user": v.R.PathValue("user"), "token": v.R.PathValue("token")}})
	if err != nil && fault.CodeOf(err) != "servicekey.over" { // the form came twice
		return err
	}
	return v.Done(person.Path(v.R.PathValue("user"))+"/credentials", "revoke")
}
