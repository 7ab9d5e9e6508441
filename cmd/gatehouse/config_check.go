package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house/check"
)

// warning is an advice as scripts read it.
type warning struct {
	Key    string `json:"key"`
	Source string `json:"source"`
	Detail string `json:"detail"`
}

// checked is a configuration that can be used.
type checked struct {
	OK       bool      `json:"ok"`
	Issuer   string    `json:"issuer"`
	Warnings []warning `json:"warnings"`
}

func (a *app) configCheck() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "check",
		Short: "Read the whole configuration and say what is wrong with it",
		Long: `Read the file, the environment and the flags as "gatehouse serve" does, and the
certificate and the password file if they are named, and say everything that is
wrong with them. Nothing is started and no database is opened.

What can be used, and will surprise somebody later, is a warning: a certificate of
another host or one that ends soon, an https issuer with neither TLS nor
trusted_proxies, an internal listener that the world can reach, a data directory
that is not there, or that the demo has filled. With warnings the exit code is 0.`,
		Example: `  gatehouse config check
  gatehouse config check --config /etc/gatehouse.yaml --json`,
		Args: noArgs,
		RunE: a.action(func(context.Context, []string) error {
			cfg, sources, err := a.loadWith(check.Unusable)
			if err != nil {
				return err
			}
			result := checked{OK: true, Issuer: cfg.Issuer, Warnings: []warning{}}
			for _, advice := range check.Advise(cfg, time.Now()) {
				result.Warnings = append(result.Warnings, warning{Key: advice.Key, Source: sources.Of(advice.Key).String(), Detail: advice.Key + " " + advice.Text + "."})
			}
			return a.print(result, result.tell)
		}),
	})
}

func (c checked) tell(w io.Writer) {
	how := "is good"
	if len(c.Warnings) > 0 {
		how = "can be used"
	}
	fmt.Fprintf(w, "The configuration %s. The issuer is %s.\n", how, c.Issuer)
	for _, one := range c.Warnings {
		fmt.Fprintf(w, "\nWarning: %s (%s)\n", plain(one.Detail), plain(one.Source))
	}
}
