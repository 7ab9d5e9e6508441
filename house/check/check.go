// Package check looks at a configuration that is in order and at what it names
// (listeners, files, the certificate). It says what cannot be used, and what will
// surprise somebody later. A start, "config check" and "doctor" say the same because
// they ask here: for Advice, or for Findings made of it. Nothing is changed, no
// database is opened, and nobody on the network is asked.
package check

import (
	"cmp"
	"fmt"
	"net"
	"strings"
	"time"

	"gatehouse/config"
	"gatehouse/web"
)

// Severity says how bad a finding is.
type Severity string

// The severities. Unknown is for what could not be looked at.
const (
	OK      Severity = "ok"
	Unknown Severity = "unknown"
	Note    Severity = "note"    // nothing has to be done
	Warning Severity = "warning" // somebody should do something
	Problem Severity = "problem" // something does not work, or is open to others
)

// Finding is one thing that was looked at. It holds no secret.
type Finding struct {
	Check    string   `json:"check"` // what was looked at, as area.thing
	Severity Severity `json:"severity"`
	Says     string   `json:"says"`
	Remedy   string   `json:"remedy,omitempty"` // what to do, a command where one does it
}

// Bad reports whether somebody should do something.
func (f Finding) Bad() bool { return f.Severity == Warning || f.Severity == Problem }

// Configuration looks at the values, and at the certificate that they name, as
// they are at now: what Advise says, with what to do.
func Configuration(c config.Config, now time.Time) []Finding {
	var found []Finding
	for _, a := range Advise(c, now) {
		found = append(found, Finding{Check: a.Key, Severity: cmp.Or(a.severity, Warning), Says: a.Key + " " + a.Text, Remedy: a.remedy})
	}
	if strings.HasPrefix(c.Issuer, "https://") && c.Web.TLS.CertFile == "" && !private(c.Web.Listen.Public) {
		found = append(found, Finding{
			"listen.public", Note,
			fmt.Sprintf("listen.public (%s) takes plain http from more than this machine; the proxy that ends TLS should be the only one that reaches it", c.Web.Listen.Public),
			"Listen on loopback if the proxy is on this machine, or let a firewall keep the port for the proxy.",
		})
	}
	return found
}

// private reports whether nobody but this machine reaches the address.
func private(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && web.Loopback(host)
}
