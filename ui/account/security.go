package account

import (
	"context"
	"net/http"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/proof"
	"gatehouse/ui/view"
)

func (d *Door) security(w http.ResponseWriter, r *http.Request, v visitor) error {
	has, left, err := d.factor(r, v)
	if err != nil {
		return err
	}
	all, err := d.Identity.Factors(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	page := securityPage{frame: v.frame, HasFactor: has, RecoveryLeft: left}
	for i, f := range all {
		if i == 0 {
			page.Since = f.Confirmed
		}
		if f.LastUsed.After(page.LastUsed) {
			page.LastUsed = f.LastUsed
		}
	}
	return d.Pages.Show(w, r, http.StatusOK, page)
}

// enrol goes through the sign-in with the wish for a second step: there is then
// one enrolment only, it takes a fresh password first, and the session is raised
// by the new factor at once.
func (d *Door) enrol(w http.ResponseWriter, r *http.Request, v visitor) error {
	has, err := d.Identity.HasFactor(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	if has {
		return view.SeeOther(w, r, pathSecurity)
	}
	back := pathSecurity + "?done=enrol"
	enough, err := d.prove(w, r, flow.Ask{ReturnTo: back, MaxAge: new(d.Fresh()), Require: proof.AAL2})
	if err != nil || !enough {
		return err
	}
	return view.SeeOther(w, r, back) // another tab was faster
}

func (d *Door) askRemove(w http.ResponseWriter, r *http.Request, v visitor) error {
	return d.withFactor(w, r, v, pathRemove, func() error {
		return d.Pages.Show(w, r, http.StatusOK, removeFactorPage{frame: v.frame})
	})
}

func (d *Door) remove(w http.ResponseWriter, r *http.Request, v visitor) error {
	return d.withFactor(w, r, v, pathRemove, func() error {
		err := d.act(r, v, func(ctx context.Context) error {
			return d.Identity.RemoveFactors(ctx, v.by, v.user.ID, v.session.ID)
		})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		return done(w, r, pathSecurity, "remove")
	})
}

func (d *Door) askRecovery(w http.ResponseWriter, r *http.Request, v visitor) error {
	return d.withFactor(w, r, v, pathRecovery, func() error {
		return d.showRecovery(w, r, v, http.StatusOK, false)
	})
}

// showRecovery shows the form for new codes; shown says that some were shown just now.
func (d *Door) showRecovery(w http.ResponseWriter, r *http.Request, v visitor, status int, shown bool) error {
	set, err := d.Identity.RecoverySet(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	left, err := d.Identity.RecoveryLeft(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	return d.Pages.Show(w, r, status, newRecoveryPage{frame: v.frame, Set: set, Left: left, Shown: shown})
}

// newRecovery shows the codes in the answer to the post: they exist nowhere else
// in clear. The form names the set that it replaces, so that loading that answer
// again does not end the codes that were just stored.
func (d *Door) newRecovery(w http.ResponseWriter, r *http.Request, v visitor) error {
	return d.withFactor(w, r, v, pathRecovery, func() error {
		var codes []string
		err := d.act(r, v, func(ctx context.Context) (err error) {
			codes, err = d.Identity.NewRecoveryCodes(ctx, v.by, v.user.ID, r.PostForm.Get("instead"))
			return err
		})
		if fault.CodeOf(err) == "recovery.renewed" {
			return d.showRecovery(w, r, v, http.StatusConflict, true)
		}
		if err != nil {
			return err
		}
		return d.Pages.Show(w, r, http.StatusOK, newCodesPage{frame: v.frame, codes: codes})
	})
}

// withFactor runs do for a person who has a second step and was proved just now
// by it; others are sent to where that can be mended.
func (d *Door) withFactor(w http.ResponseWriter, r *http.Request, v visitor, back string, do func() error) error {
	has, err := d.Identity.HasFactor(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	if !has {
		return view.SeeOther(w, r, pathSecurity)
	}
	enough, err := d.prove(w, r, flow.Ask{ReturnTo: back, MaxAge: new(d.Fresh()), Require: proof.AAL2})
	if err != nil || !enough {
		return err
	}
	return do()
}
