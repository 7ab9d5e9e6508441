package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gatehouse/config"
)

func (a *app) config() *cobra.Command {
	return a.group("config", "Check, show and explain the configuration",
		a.configCheck(), a.configShow(), a.configExplain())
}

func (a *app) configCheck() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "check",
		Short: "Read the whole configuration and say what is wrong with it",
		Long: `Read the file, the environment and the flags as "gatehouse serve" does, and
the certificate if one is named. Nothing is started and no database is opened.`,
		Args: cobra.NoArgs,
		RunE: a.action(func(context.Context, []string) error {
			cfg, sources, err := a.load()
			if err != nil {
				return err
			}
			if err := checkFiles(cfg, sources); err != nil {
				return err
			}
			return a.say(map[string]any{"ok": true, "issuer": cfg.Issuer}, "The configuration is good. The issuer is %s.", cfg.Issuer)
		}),
	})
}

// checkFiles opens what a start would open.
func checkFiles(cfg config.Config, sources config.Sources) error {
	if cfg.Web.TLS.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(cfg.Web.TLS.CertFile, cfg.Web.TLS.KeyFile); err != nil {
			return &config.Error{Problems: []config.Problem{{
				Source: sources["tls.cert_file"], Text: "tls.cert_file and tls.key_file cannot be used: " + err.Error(),
			}}}
		}
	}
	if cfg.Bootstrap.PasswordFile == "" {
		return nil
	}
	f, err := os.Open(cfg.Bootstrap.PasswordFile)
	if err != nil {
		return &config.Error{Problems: []config.Problem{{
			Source: sources["bootstrap.password_file"], Text: "bootstrap.password_file cannot be read: " + err.Error(),
		}}}
	}
	return f.Close()
}

// settingJSON is a key as scripts read it.
type settingJSON struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Source  string `json:"source"`
	Default string `json:"default"`
	Env     string `json:"env"`
	Secret  bool   `json:"secret"`
	Doc     string `json:"doc,omitempty"`
}

func showSetting(s config.Setting) settingJSON {
	return settingJSON{
		Key: s.Path, Value: s.Value, Source: s.Source.String(), Default: s.Default, Env: s.Env, Secret: s.Secret,
	}
}

func (a *app) configShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "show",
		Short: "Print every key with its value and where it comes from",
		Long:  "Print every key with its value and where it comes from. Passwords are hidden.",
		Args:  cobra.NoArgs,
		RunE: a.action(func(context.Context, []string) error {
			cfg, sources, err := a.load()
			if err != nil {
				return err
			}
			var list []settingJSON
			for _, s := range config.Settings(cfg, sources) {
				list = append(list, showSetting(s))
			}
			return a.print(list, func(w io.Writer) {
				row(w, "KEY", "VALUE", "FROM")
				for _, s := range list {
					row(w, s.Key, s.Value, s.Source)
				}
			})
		}),
	})
}

func (a *app) configExplain() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "explain KEY",
		Short: "Say what a key does, its value, and how to set it",
		Args:  cobra.ExactArgs(1),
		RunE: a.action(func(_ context.Context, args []string) error {
			cfg, sources, err := a.load()
			if err != nil {
				return err
			}
			s, problem := config.Explain(cfg, sources, args[0])
			if problem != "" {
				return usagef("%s", problem)
			}
			shown := showSetting(s)
			shown.Doc = s.Doc
			return a.print(shown, func(w io.Writer) { explain(w, s) })
		}),
	})
}

func explain(w io.Writer, s config.Setting) {
	fmt.Fprintf(w, "%s\n\n", s.Doc)
	row(w, "value", s.Value)
	row(w, "from", s.Source.String())
	row(w, "default", s.Default)
	if s.Env == "" {
		row(w, "environment", "none: it stands in the file")
		return
	}
	env := s.Env
	if s.Secret {
		env += ", or " + s.Env + "_FILE for a file that holds it"
	}
	row(w, "environment", env)
	row(w, "flag", "--set "+s.Path+"=…")
}
