package account

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/ui/view"
)

func (d *Door) sessions(w http.ResponseWriter, r *http.Request, v visitor) error {
	list, err := d.Sessions.Of(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	person, err := d.Identity.Standing(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	page := sessionsPage{frame: v.frame}
	for _, s := range list {
		page.List = append(page.List, sessionLine{
			ID: string(s.ID), Device: deviceOf(s.Agent), IP: s.IP, TwoSteps: person.Living(s.Proofs).Level() >= proof.AAL2,
			Created: s.Created, Seen: s.Seen, Current: s.ID == v.session.ID,
		})
	}
	return d.Pages.Show(w, r, http.StatusOK, page)
}

// endSession ends one session of the person's own. One that is not theirs, or is
// over already, is left alone, and the answer is the same.
func (d *Door) endSession(w http.ResponseWriter, r *http.Request, v visitor) error {
	target := id.SessionOf(r.PostForm.Get("session"))
	list, err := d.Sessions.Of(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(s session.Session) bool { return s.ID == target }) {
		return done(w, r, pathSessions, "session")
	}
	err = d.act(r, v, func(ctx context.Context) error { return d.Sessions.End(ctx, v.by, target, session.ReasonByOwner) })
	if err != nil {
		return err
	}
	if target != v.session.ID {
		return done(w, r, pathSessions, "session")
	}
	if err := d.Cookies.ClearSession(w, r); err != nil {
		return err
	}
	return view.SeeOther(w, r, "/signout")
}

func (d *Door) endOthers(w http.ResponseWriter, r *http.Request, v visitor) error {
	err := d.act(r, v, func(ctx context.Context) error {
		_, err := d.Sessions.EndAll(ctx, v.by, v.user.ID, v.session.ID, session.ReasonByOwner)
		return err
	})
	if err != nil {
		return err
	}
	return done(w, r, pathSessions, "others")
}
