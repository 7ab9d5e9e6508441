package guard

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// refuse answers err where the console has an answer to it; anything else is for the door.
func (v *Visit) refuse(err error) error {
	no, ok := errors.AsType[*caller.Refusal](err)
	switch {
	case !ok:
		return err
	case no.Need != (access.Requirement{}):
		return v.prove(no.Need)
	case no.Fault.Kind == fault.Unauthenticated:
		return v.signIn()
	case no.Permission != "":
		return v.Show(http.StatusForbidden, lackingPage{Frame: v.refusedFrame(), Permission: no.Permission})
	}
	return err
}

// failed is the web.Refuser of the console: it keeps the frame around what went wrong, so that
// nobody loses their way by an address that is none any more.
func (v *Visit) failed(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	p := web.ErrorPage{Status: status, Code: f.Code, Detail: f.Detail, RetryAfter: f.RetryAfter}
	for _, one := range f.Fields { // a parameter of the API is one of the address
		p.Fields = append(p.Fields, fault.Field{Name: strings.TrimPrefix(one.Name, "?"), Problem: one.Problem})
	}
	if view.ForPrograms(r) || v.Show(status, failedPage{Frame: v.refusedFrame(), failure: v.guard.Pages.Failure(r, p)}) != nil {
		v.guard.Pages.Error(w, r, p)
	}
}

// refusedFrame is that of a page about what was refused: it leads back to the path alone, for the
// query may hold a code, or what somebody else made up.
func (v *Visit) refusedFrame() Frame {
	f := v.Frame()
	f.here = v.R.URL.EscapedPath()
	return f
}

// signIn leads a browser without a session to the sign-in. The cookie is not sent where a
// link of another site leads here, so that is asked again from a page of ours first.
func (v *Visit) signIn() error {
	if v.R.Method == http.MethodGet && v.R.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return v.guard.Onwards(v.W, v.R, v.here())
	}
	return v.toSignIn(url.Values{}, againPage{})
}

// prove leads to the sign-in that proves what is missing.
func (v *Visit) prove(need access.Requirement) error {
	how := url.Values{}
	if need.Level > 0 {
		how.Set("acr_values", need.Level.String())
	}
	if need.MaxAge > 0 {
		how.Set("max_age", strconv.Itoa(int(need.MaxAge/time.Second)))
		how.Set(web.ParamFor, v.asked)
	}
	return v.toSignIn(how, againPage{Known: true, For: v.asked, Within: need.MaxAge})
}

// toSignIn goes there at once from a page. A form is lost on the way: whoever sent one is told
// so first, and that nothing was done.
func (v *Visit) toSignIn(how url.Values, page againPage) error {
	how.Set("return_to", v.here())
	page.To = PathSignIn + "?" + how.Encode()
	if v.R.Method == http.MethodGet {
		return view.SeeOther(v.W, v.R, page.To)
	}
	return v.Show(http.StatusUnauthorized, page)
}

// here is where a sign-in comes back to: the page, or that of the form.
func (v *Visit) here() string {
	if v.R.Method == http.MethodGet {
		return v.R.URL.RequestURI()
	}
	return v.R.URL.EscapedPath()
}

// Onwards shows a page that goes on to a path of ours by itself, as a redirect would not do:
// what begins at our own page brings the console's cookie along.
func (g *Guard) Onwards(w http.ResponseWriter, r *http.Request, to string) error {
	w.Header().Set("Refresh", "0; url="+to)
	return g.Pages.Show(w, r, http.StatusOK, onwardsPage{To: to})
}

// Reject puts err into the form of a page if who sent it can mend it there, and returns the
// status to show it with.
func (v *Visit) Reject(f *Frame, err error) (status int, ok bool) {
	if _, no := errors.AsType[*caller.Refusal](err); no {
		return 0, false
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Outdated) {
		f.Wrong, _ = errors.AsType[*fault.Error](err)
		f.Fields, f.Whole = f.Wrong.Fields, len(f.Wrong.Fields) == 0
		return web.Status(f.Wrong.Kind), true
	}
	return f.Form.Reject(v.W, err)
}
