package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/doctor"
)

func (a *app) healthcheck() *cobra.Command {
	cmd := a.printing(&cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the server on this machine whether it is ready",
		Long: `Ask the server on this machine whether it is ready, at listen.internal. It
reads the configuration as "gatehouse serve" does, and takes the same flag for that
address; it opens no database. The exit code is 0 if the server is ready, 1 if it is
not or does not answer.`,
		Example: `  gatehouse healthcheck
  gatehouse healthcheck --listen-internal 127.0.0.1:9090 --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, _, err := a.load()
			if err != nil {
				return err
			}
			url, err := doctor.Ready(ctx, cfg.Web.Listen.Internal)
			if err != nil {
				return failed("server.not_ready", "%w", err)
			}
			return a.say(map[string]any{"ready": true, "url": url}, "ready")
		}),
	})
	a.internalFlag(cmd)
	return cmd
}
