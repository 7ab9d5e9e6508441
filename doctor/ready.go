package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"time"

	"gatehouse/house/check"
)

// readyTimeout bounds the question; container platforms ask every few seconds.
const readyTimeout = 3 * time.Second

// NotReady is a server that answers, and should not get requests.
type NotReady struct {
	URL, Status string
	Checks      map[string]string // what fails, and why; empty if nobody said
}

// Error implements error.
func (e *NotReady) Error() string {
	said := ""
	for _, name := range slices.Sorted(maps.Keys(e.Checks)) {
		said += "; " + name + ": " + e.Checks[name]
	}
	return fmt.Sprintf("the server is not ready: %s answers %s%s", e.URL, e.Status, said)
}

// Ready asks the server of this machine at listen.internal whether it is ready.
// *NotReady: it answers, and is not. Another error: nobody answers.
func Ready(ctx context.Context, internal string) (at string, err error) {
	at, _, err = ready(ctx, internal)
	return at, err
}

// ready is Ready, and what the server doubts although it is ready or not.
func ready(ctx context.Context, internal string) (at string, doubts map[string]string, err error) {
	at = inside(internal, "/readyz")
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	resp, err := ask(ctx, nil, http.MethodGet, at, nil)
	if err != nil {
		return at, nil, fmt.Errorf("the server does not answer at %s: %w; look whether it runs, and whether listen.internal is what it was started with (--listen-internal says another)", at, why(err))
	}
	defer resp.Body.Close()
	checks, doubts := said(resp.Body)
	if resp.StatusCode != http.StatusOK {
		return at, doubts, &NotReady{URL: at, Status: resp.Status, Checks: checks}
	}
	return at, doubts, nil
}

// why is an error of a request without the request, which the sentence names.
func why(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		err = call.Err
	}
	return err
}

// said are the parts that /readyz says are not well, and what it doubts; none if it is
// not of ours.
func said(body io.Reader) (checks, doubts map[string]string) {
	var answer struct {
		Checks map[string]string `json:"checks"`
		Doubts map[string]string `json:"doubts"`
	}
	if json.NewDecoder(io.LimitReader(body, 1<<16)).Decode(&answer) != nil {
		return nil, nil
	}
	maps.DeleteFunc(answer.Checks, func(_, why string) bool { return why == "ok" })
	return answer.Checks, answer.Doubts
}

// inside is an address at listen.internal, that of one interface of this machine ("%eth0")
// too.
func inside(internal, path string) string {
	return (&url.URL{Scheme: "http", Host: Reachable(internal), Path: path}).String()
}

// Reachable turns an address to listen on into one to connect to.
func Reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "":
		host = "127.0.0.1"
	case err == nil && addr.IsUnspecified() && addr.Is4():
		host = "127.0.0.1"
	case err == nil && addr.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}

func (e *examiner) server(ctx context.Context) []check.Finding {
	_, doubts, err := ready(ctx, e.Config.Web.Listen.Internal)
	found := judgeDoubts(doubts)
	if err == nil {
		e.up = true
		return found
	}
	bad, answers := errors.AsType[*NotReady](err)
	if !answers {
		found := unknown("server", fmt.Sprintf("no server answers on listen.internal (%s): whether one is ready, and how requests reach it, could not be asked", e.Config.Web.Listen.Internal))
		found[0].Remedy = "Where it was started with another address, say which: --listen-internal HOST:PORT."
		return found
	}
	e.up = true
	for _, name := range slices.Sorted(maps.Keys(bad.Checks)) {
		found = append(found, check.Finding{Check: "server." + name, Severity: check.Problem, Says: "the server is not ready: " + bad.Checks[name], Remedy: "Look at its log."})
	}
	if len(bad.Checks) == 0 {
		found = append(found, check.Finding{
			Check: "server", Severity: check.Problem, Says: "what answers on listen.internal is not ready, or is no Gatehouse (" + bad.Status + ")", Remedy: "Look whether listen.internal is right.",
		})
	}
	return found
}

// judgeDoubts tells of a clock that the server does not believe, where on SQLite nobody
// else can, since there is no other clock to hold it against; of a Redis that does not
// answer it; and of routes of its gate that it cannot use, or that nobody gets through by.
func judgeDoubts(doubts map[string]string) (found []check.Finding) {
	if why, ok := doubts["clock"]; ok {
		found = append(found, check.Finding{
			Check: "server.clock", Severity: check.Problem,
			Says:   "the server does not believe its clock: " + why + "; nothing is removed for its age, and keys do not rotate",
			Remedy: "Let the machine follow NTP (timedatectl set-ntp true). A clock that was set right is believed after an hour, or after a restart.",
		})
	}
	if why, ok := doubts["redis"]; ok {
		found = append(found, check.Finding{
			Check: "server.redis", Severity: check.Warning,
			Says:   why + "; nobody is let in or out by that, and a flood has a burst at each process",
			Remedy: "Look whether Redis runs, and at redis.url; the server's log says what went wrong. It is found again by itself.",
		})
	}
	for _, one := range []struct{ name, remedy string }{
		{"routes", "gatehouse route test"},
		{"permissions", "Add the permission to the API (gatehouse api update), or mend the route; gatehouse route test names all of them."},
		{"certificates", "Give the gate TLS (tls.cert_file, tls.key_file). Behind a proxy that ends TLS nobody can show a certificate; take mtls out of the route there."},
	} {
		if why, ok := doubts[one.name]; ok {
			found = append(found, check.Finding{Check: "gate." + one.name, Severity: check.Warning, Says: why, Remedy: one.remedy})
		}
	}
	return found
}
