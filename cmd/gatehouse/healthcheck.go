package main

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

	"github.com/spf13/cobra"
)

// healthTimeout bounds the whole check; container platforms ask every few seconds.
const healthTimeout = 3 * time.Second

func (a *app) healthcheck() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the server on this machine whether it is ready",
		Long: `Ask the server on this machine whether it is ready, at listen.internal. It
reads the configuration as "gatehouse serve" does, and opens no database. The
exit code is 0 if the server is ready, 1 if it is not or does not answer.`,
		Example: `  gatehouse healthcheck
  gatehouse healthcheck --set listen.internal=127.0.0.1:9090`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, _, err := a.load()
			if err != nil {
				return err
			}
			url := "http://" + reachable(cfg.Web.Listen.Internal) + "/readyz"
			if err := ready(ctx, url); err != nil {
				return err
			}
			return a.say(map[string]any{"ready": true, "url": url}, "ready")
		}),
	})
}

func ready(ctx context.Context, at string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", at, err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy of the environment
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the server does not answer at %s: %w; look whether it runs, and whether listen.internal is what it was started with", at, why(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s answers %s%s", at, resp.Status, failing(resp.Body))
	}
	return nil
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

// failing lists the parts that /readyz says are not well; "" if it is not of ours.
func failing(body io.Reader) string {
	var answer struct {
		Checks map[string]string `json:"checks"`
	}
	if json.NewDecoder(io.LimitReader(body, 1<<16)).Decode(&answer) != nil {
		return ""
	}
	said := ""
	for _, name := range slices.Sorted(maps.Keys(answer.Checks)) {
		if why := answer.Checks[name]; why != "ok" {
			said += "; " + name + ": " + why
		}
	}
	return said
}

// reachable turns an address to listen on into one to connect to.
func reachable(listen string) string {
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
