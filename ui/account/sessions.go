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
	list, err := d.sessionLines(r, v)
	if err != nil {
		return err
	}
	return d.Pages.Show(w, r, http.StatusOK, sessionsPage{frame: v.frame, List: list})
}

// sessionLines returns where the person is signed in: the browser that asks, and
// then the others as they were seen last.
func (d *Door) sessionLines(r *http.Request, v visitor) ([]sessionLine, error) {
	list, err := d.Sessions.Of(r.Context(), v.user.ID)
	if err != nil {
		return nil, err
	}
	person, err := d.Identity.Standing(r.Context(), v.user.ID)
	if err != nil {
		return nil, err
	}
	lines := make([]sessionLine, 0, len(list))
	for _, s := range list {
		lines = append(lines, sessionLine{
			ID: string(s.ID), Device: view.DeviceOf(s.Agent), IP: s.IP, TwoSteps: person.Living(s.Proofs).Level() >= proof.AAL2,
			Created: s.Created, Seen: s.Seen, Current: s.ID == v.session.ID,
		})
	}
	slices.SortStableFunc(lines, func(a, b sessionLine) int {
		switch {
		case a.Current:
			return -1
		case b.Current:
			return 1
		}
		return b.Seen.Compare(a.Seen)
	})
	return lines, nil
}

// askEnd shows one session of the person's own, and asks whether to end it. Of one
// that is over, or somebody else's, there is nothing to show but the others.
func (d *Door) askEnd(w http.ResponseWriter, r *http.Request, v visitor) error {
	list, err := d.sessionLines(r, v)
	if err != nil {
		return err
	}
	target := r.URL.Query().Get("session")
	for _, s := range list {
		if s.ID == target {
			return d.Pages.Show(w, r, http.StatusOK, sessionPage{v.frame, s})
		}
	}
	return view.SeeOther(w, r, pathSessions)
}

func (d *Door) askOthers(w http.ResponseWriter, r *http.Request, v visitor) error {
	list, err := d.sessionLines(r, v)
	if err != nil {
		return err
	}
	others := sessionsPage{List: list}.others()
	if others == 0 {
		return view.SeeOther(w, r, pathSessions)
	}
	return d.Pages.Show(w, r, http.StatusOK, othersPage{frame: v.frame, Count: others})
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
