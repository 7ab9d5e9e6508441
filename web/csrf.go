package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"gatehouse/fault"
)

// ProtectForms wraps the routes that act on a browser's cookies. An unsafe
// method must come from our own origin (http.CrossOriginProtection): the host that
// was asked, or the issuer, because a proxy may put its own name into Host. That
// check lets requests pass that have neither Sec-Fetch-Site nor Origin, as old
// browsers and simple programs send them; those must carry the form's token.
// An issuer that is no origin adds nothing. The form is read here, at most
// limit bytes of it, whatever the origin.
func ProtectForms(issuer string, cookies *Cookies, limit int64, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return protect(issuer, cookies, func(w http.ResponseWriter, r *http.Request) error { return readForm(w, r, limit) }, refuse, next)
}

// ProtectUploads is ProtectForms for routes whose forms may have a file: up to limit bytes
// are read, into memory, of whomever admits lets through. What anybody else sends is not
// looked at, and their form is an empty one.
func ProtectUploads(issuer string, cookies *Cookies, limit int64, admits func(r *http.Request) bool, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return protect(issuer, cookies, func(w http.ResponseWriter, r *http.Request) error {
		if admits(r) {
			return readUpload(w, r, limit)
		}
		r.Form, r.PostForm = url.Values{}, url.Values{}
		_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, limit)) // a browser hears nothing before all of it is sent
		return nil
	}, refuse, next)
}

func protect(issuer string, cookies *Cookies, read func(http.ResponseWriter, *http.Request) error, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	_ = protection.AddTrustedOrigin(issuer) // refuses what is no origin
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, fault.New(fault.Forbidden, "form.cross_site", "This form was sent from another site."))
	}))
	guarded := protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unsafe(r.Method) {
			if err := read(w, r); err != nil {
				refuse(w, r, err)
				return
			}
			if originless(r) && !cookies.GoodFormToken(r) {
				refuse(w, r, fault.New(fault.Forbidden, "form.token", "This form does not belong to this browser any more."))
				return
			}
		}
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Browsers before Sec-Fetch-Site say "null" on our own forms, because our
		// pages send no referrer. That says nothing, so the token must.
		if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
			r.Header.Del("Origin")
		}
		guarded.ServeHTTP(w, r)
	})
}

// FormLimit is how large a form may be where nothing else is said, in bytes: four times two
// passwords with each byte escaped.
const FormLimit = 32 << 10

// readForm reads what was posted, of every route in the same way and no more
// than a form of that door can be. Files belong to no such form.
func readForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	return readable(r.ParseForm())
}

// readUpload reads a form with a file. It fits into memory, and nothing of it comes to disk.
func readUpload(w http.ResponseWriter, r *http.Request, limit int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	err := r.ParseMultipartForm(limit)
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil // the form was read all the same
	}
	return readable(err)
}

func readable(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(tooLarge, fault.Malformed, "request.too_large", "The request is larger than this page accepts.")
	}
	if err != nil {
		return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
	}
	return nil
}

func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

func originless(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
}
