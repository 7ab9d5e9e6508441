package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"gatehouse/demo"
	"gatehouse/house"
)

func (a *app) demo() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the server with people in it and an application to sign in to",
		Long: `Run the server on loopback with an administrator, two people, a demo application,
and the API of a shop behind the gate, and print what to try. It is made for the first look: the
passwords are printed. Running it again keeps the data. Its log says what was
refused and why, and no more of what went well unless --log-level debug asks.

With --size large it has a hundred thousand people with roles, grants and months of sign-ins
as well: to see how Gatehouse is when it is full.

"gatehouse demo token" prints an access token of one of them.`,
		Example: `  gatehouse demo
  gatehouse demo --listen 127.0.0.1:9080 --app-listen 127.0.0.1:9081
  gatehouse demo --size large --data-dir large`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, _, err := a.load()
			if err != nil {
				return err
			}
			log, flush := house.NewLog(cfg.Log, a.stderr)
			defer flush()
			slog.SetDefault(log) // for libraries that log by themselves
			o.Version, o.Command = buildVersion().Version, os.Args[0]
			return demo.Run(ctx, cfg, log, a.stdout, o)
		}),
	}
	a.servingFlags(cmd)
	cmd.Flags().StringVar(&o.AppListen, "app-listen", demo.DefaultAppListen, "the `address` of the demo application, HOST:PORT on loopback")
	cmd.Flags().StringVar(&o.GateListen, "gate-listen", demo.DefaultGateListen, "the `address` of the gate before the shop's API, HOST:PORT; empty for none")
	cmd.Flags().StringVar(&o.Size, "size", demo.Small, "how many there are in it, `small|large`")
	cmd.AddCommand(a.demoToken())
	return cmd
}
