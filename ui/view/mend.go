package view

import (
	"net/http"
	"net/netip"
	"strings"

	"gatehouse/web"
)

// oneMachine reports whether the visitor sits at the machine that the server runs
// on, as somebody does who is trying Gatehouse: then a page may name the command
// that mends what is wrong.
func (v *Pages) oneMachine(r *http.Request) bool {
	ip, err := netip.ParseAddr(web.InfoOf(r.Context()).IP)
	return err == nil && ip.Unmap().IsLoopback() && web.OnThisMachine(v.Issuer)
}

// shellLine writes arguments as a shell reads them, "" when there are none. Whatever
// is not plainly a word is quoted.
func shellLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if arg == "" || strings.ContainsFunc(arg, notPlain) {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

func notPlain(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:@%+,=", r)
}
