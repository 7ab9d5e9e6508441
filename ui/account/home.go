package account

import (
	"net/http"

	"gatehouse/fault"
)

func (d *Door) home(w http.ResponseWriter, r *http.Request, v visitor) error {
	has, left, err := d.factor(r, v)
	if err != nil {
		return err
	}
	sessions, err := d.Sessions.Of(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	consents, err := d.Consents.ConsentsOf(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	// A way that is not shown because nobody can know is no answer: the console asks again.
	steers, err := d.Administrators.Administers(r.Context(), v.user.ID)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	return d.Pages.Show(w, r, http.StatusOK, homePage{
		frame: v.frame, HasFactor: has, RecoveryLeft: left, Sessions: len(sessions), Apps: len(consents), Steers: steers,
	})
}

// factor says whether the person has a second step, and how many recovery codes
// are left then.
func (d *Door) factor(r *http.Request, v visitor) (has bool, left int, err error) {
	if has, err = d.Identity.HasFactor(r.Context(), v.user.ID); err != nil || !has {
		return false, 0, err
	}
	left, err = d.Identity.RecoveryLeft(r.Context(), v.user.ID)
	return has, left, err
}
