package account

import (
	"context"
	"net/http"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/ui/view"
)

func (d *Door) apps(w http.ResponseWriter, r *http.Request, v visitor) error {
	consents, err := d.Consents.ConsentsOf(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	page := appsPage{frame: v.frame}
	for _, c := range consents {
		line, err := d.appLine(r, c)
		if err != nil {
			return err
		}
		page.List = append(page.List, line)
	}
	return d.Pages.Show(w, r, http.StatusOK, page)
}

// app shows what one application may do, and asks whether to take it back. Where
// nothing was allowed there is nothing to show but the others.
func (d *Door) app(w http.ResponseWriter, r *http.Request, v visitor) error {
	consents, err := d.Consents.ConsentsOf(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	target := id.Client(r.URL.Query().Get("client"))
	for _, c := range consents {
		if c.Client != target {
			continue
		}
		line, err := d.appLine(r, c)
		if err != nil {
			return err
		}
		return d.Pages.Show(w, r, http.StatusOK, appPage{frame: v.frame, App: line})
	}
	return view.SeeOther(w, r, pathApps)
}

// appLine names an application that is gone by its id, so that the person can
// still remove what they once allowed it.
func (d *Door) appLine(r *http.Request, c oauth.Consent) (appLine, error) {
	line := appLine{ID: string(c.Client), Name: string(c.Client), Scopes: c.Scopes, Since: c.Created}
	client, err := d.Clients.Client(r.Context(), c.Client)
	if fault.Is(err, fault.NotFound) {
		return line, nil
	}
	if err != nil {
		return appLine{}, err
	}
	if client.Name != "" {
		line.Name = client.Name
	}
	line.HomeURL, line.Logo = client.HomeURL, client.Logo
	return line, nil
}

// withdraw takes an application's access back. Doing it twice is no error, and
// neither is an application that nobody knows: there is nothing to take back.
func (d *Door) withdraw(w http.ResponseWriter, r *http.Request, v visitor) error {
	err := d.act(r, v, func(ctx context.Context) error {
		return d.Consents.WithdrawConsent(ctx, v.by, v.user.ID, id.Client(r.PostForm.Get("client")))
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return done(w, r, pathApps, "app")
}
