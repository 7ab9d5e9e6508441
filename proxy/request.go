package proxy

import (
	"net/http"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/gate"
)

// request is what of a request is decided by and sent on.
type request struct {
	host  string
	port  int // 0 where none is written
	path  gate.Path
	query string // raw
}

// read reads the target and the host of r in their one spelling. What could be meant in
// two ways is Malformed: net/http has already told apart where a request ends (RFC 9112
// section 6), and lets through what its target says.
func read(r *http.Request, ports []int) (q request, err error) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		// A target with a host of its own would take the place of the Host header,
		// and net/http does not tell the two apart any more.
		return q, fault.New(fault.Malformed, gate.CodePath, "The request target is not a path.")
	}
	path, query, _ := cutQuery(target)
	if q.path, err = gate.ParsePath(path); err != nil {
		return q, err
	}
	if err = gate.CheckQuery(query); err != nil {
		return q, err
	}
	q.query = query
	host, port, err := gate.ParseHost(r.Host)
	if err != nil {
		return q, err
	}
	if port != 0 && port != 80 && port != 443 && !slices.Contains(ports, port) {
		return q, gate.NoRoute()
	}
	q.host, q.port = host, port
	return q, checkHeaders(r.Header)
}

// tooEarly refuses what a proxy on the way got as early data of TLS, unless it only looks:
// whoever saw it pass can send it again (RFC 8470). Browsers send it once more by themselves.
func tooEarly(r *http.Request) error {
	if len(r.Header["Early-Data"]) == 0 || isSafe(r.Method) {
		return nil
	}
	return fault.New(fault.Early, "gate.early_data", "This came before the connection was set up, and might have been sent by somebody else. Send it again.")
}

func cutQuery(target string) (path, query string, found bool) { return strings.Cut(target, "?") }

// once are headers of which a second one makes it a guess which of them counts.
var once = []string{"Authorization", HeaderCredential, "Content-Type", "Origin", "X-Api-Key"}

func checkHeaders(h http.Header) error {
	for _, name := range once {
		if len(h[name]) > 1 {
			return fault.New(fault.Malformed, "gate.header", "There is more than one "+name+" header.")
		}
	}
	return nil
}
