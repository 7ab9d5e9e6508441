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
	at = "http://" + Reachable(internal) + "/readyz"
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	resp, err := ask(ctx, nil, http.MethodGet, at, nil)
	if err != nil {
		return at, fmt.Errorf("the server does not answer at %s: %w; look whether it runs, and whether listen.internal is what it was started with", at, why(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return at, &NotReady{URL: at, Status: resp.Status, Checks: failing(resp.Body)}
	}
	return at, nil
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

// failing are the parts that /readyz says are not well; none if it is not of ours.
func failing(body io.Reader) map[string]string {
	var answer struct {
		Checks map[string]string `json:"checks"`
	}
	if json.NewDecoder(io.LimitReader(body, 1<<16)).Decode(&answer) != nil {
		return nil
	}
	maps.DeleteFunc(answer.Checks, func(_, why string) bool { return why == "ok" })
	return answer.Checks
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
	_, err := Ready(ctx, e.Config.Web.Listen.Internal)
	if err == nil {
		e.up = true
		return nil
	}
	bad, answers := errors.AsType[*NotReady](err)
	if !answers {
		return unknown("server", fmt.Sprintf("no server answers on listen.internal (%s): whether one is ready, and how requests reach it, could not be asked", e.Config.Web.Listen.Internal))
	}
	e.up = true
	var found []check.Finding
	for _, name := range slices.Sorted(maps.Keys(bad.Checks)) {
		found = append(found, check.Finding{Check: "server." + name, Severity: check.Problem, Says: "the server is not ready: " + bad.Checks[name], Remedy: "Look at its log."})
	}
	if len(found) == 0 {
		found = append(found, check.Finding{
			Check: "server", Severity: check.Problem, Says: "what answers on listen.internal is not ready, or is no Gatehouse (" + bad.Status + ")", Remedy: "Look whether listen.internal is right.",
		})
	}
	return found
}
