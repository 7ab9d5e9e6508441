package web

import (
	"net/http"

	"gatehouse/fault"
)

// ProtectForms wraps the routes that act on a browser's cookies. An unsafe
// method must come from our own origin (http.CrossOriginProtection): the host that
// was asked, or the issuer, because a proxy may put its own name into Host. That
// check lets requests pass that have neither Sec-Fetch-Site nor Origin, as old
// browsers and simple programs send them; those must carry the form's token.
// An issuer that is no origin adds nothing.
func ProtectForms(issuer string, cookies *Cookies, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	_ = protection.AddTrustedOrigin(issuer) // refuses what is no origin
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, fault.New(fault.Forbidden, "form.cross_site", "This form was sent from another site. Open the page again and send it from there."))
	}))
	guarded := protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unsafe(r.Method) && originless(r) {
			r.Body = http.MaxBytesReader(w, r.Body, formLimit)
			if !cookies.GoodFormToken(r) {
				refuse(w, r, fault.New(fault.Forbidden, "form.token", "This form does not belong to this browser any more. Open the page again and send it from there."))
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

// formLimit is how large a posted form may be, in bytes.
const formLimit = 64 << 10

func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

func originless(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
}
