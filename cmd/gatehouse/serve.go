package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/server"
)

func (a *app) serve() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server until it is told to stop",
		Long: `Run the server until SIGINT or SIGTERM; requests under way are finished first. A
second signal ends these, and a third one the process as it is. SIGHUP reads the
certificate and the logo again.

Without any configuration it serves http://localhost:8080 from a SQLite database
in ./gatehouse-data, and prints a link that makes the first administrator.`,
		Example: `  gatehouse serve
  gatehouse serve --config /etc/gatehouse.yaml
  gatehouse serve --issuer https://id.example.com --listen 127.0.0.1:8080 --set trusted_proxies=127.0.0.1`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, _, err := a.load()
			if err != nil {
				return err
			}
			log, flush := house.NewLog(cfg.Log, a.stderr)
			defer flush()
			slog.SetDefault(log) // for libraries that log by themselves
			// From the first moment on: it must not end a server that is starting.
			reload := make(chan os.Signal, 1)
			signal.Notify(reload, syscall.SIGHUP)
			defer signal.Stop(reload)
			stops := make(chan os.Signal, 2)
			signal.Notify(stops, os.Interrupt, syscall.SIGTERM)
			defer signal.Stop(stops)
			return server.Serve(ctx, cfg, log, server.Options{Stdout: a.stdout, Reload: reload, Hurry: second(stops, func() { signal.Stop(stops) }), Version: buildVersion().Version})
		}),
	}
	a.servingFlags(cmd)
	return cmd
}

// second returns what is closed at the second of the signals; from then on they are
// not caught any more. The first one ends the context of the command.
func second(signals <-chan os.Signal, release func()) <-chan struct{} {
	hurry := make(chan struct{})
	go func() {
		<-signals
		<-signals
		release()
		close(hurry)
	}()
	return hurry
}

// servingFlags adds the flags for what one changes most often about a server.
func (a *app) servingFlags(cmd *cobra.Command) {
	a.setting(cmd, false, "listen", "listen.public", "the `address` of pages and protocol, HOST:PORT")
	a.internalFlag(cmd)
	a.setting(cmd, false, "issuer", "issuer", "the public `URL` of this Gatehouse")
	a.setting(cmd, false, "log-level", "log.level", "the least important `level` that is logged: debug, info, warn or error")
}

// internalFlag adds the flag for where a server answers for its health, also to commands
// that ask it.
func (a *app) internalFlag(cmd *cobra.Command) {
	a.setting(cmd, false, "listen-internal", "listen.internal", "the `address` of health and metrics, HOST:PORT")
}
