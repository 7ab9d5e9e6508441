package view

import (
	"net/http"
	"net/netip"

	"gatehouse/web"
)

// oneMachine reports whether the visitor sits at the machine that the server runs
// on, as somebody does who is trying Gatehouse: then a page may name the command
// that mends what is wrong.
func (v *Pages) oneMachine(r *http.Request) bool {
	ip, err := netip.ParseAddr(web.InfoOf(r.Context()).IP)
	return err == nil && ip.Unmap().IsLoopback() && web.OnThisMachine(v.Issuer)
}
