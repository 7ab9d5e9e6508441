package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/house"
)

func (a *app) config() *cobra.Command {
	return explained(a.group("config", "Check, show and explain the configuration",
		a.configCheck(), a.configShow(), a.configExplain()),
		`Check, show and explain the configuration: a YAML file (--config), variables of
the environment (GATEHOUSE_…), and flags (--set). What comes later wins. Nothing is
started. What may be changed while Gatehouse runs is kept in the database, below all
of these ("gatehouse setting").`,
		`  gatehouse config check --config gatehouse.yaml
  gatehouse config explain session.idle`)
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
		Long: `Print every key with its value and where it comes from. Passwords are hidden. Where
there is a database, what is set in it counts, too.`,
		Example: `  gatehouse config show
  gatehouse config show --config gatehouse.yaml --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, sources, err := a.loadAll(ctx)
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

// storedWait is how long the database may take to say what is set in it.
const storedWait = 3 * time.Second

// loadAll is load with what is set in the database, if there is one.
func (a *app) loadAll(ctx context.Context) (config.Config, config.Sources, error) {
	cfg, _, err := a.load()
	if err != nil {
		return cfg, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, storedWait)
	defer cancel()
	rows, err := house.Stored(ctx, cfg)
	if err != nil {
		fmt.Fprintf(a.stderr, "What is set in the database could not be read, and is not shown: %s\n", plain(err.Error()))
	}
	cfg, unusable := config.Over(cfg, rows)
	for _, u := range unusable {
		fmt.Fprintf(a.stderr, "What the database holds of %s cannot be used: it %s\n", plain(u.Key), plain(u.Problem))
	}
	return cfg, cfg.Sources, nil
}

func (a *app) configExplain() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "explain KEY",
		Short: "Say what a key does, its value, and how to set it",
		Long: `Say what a key of the configuration does, which value it has now and where that
comes from, and how to set it: in the file, in the environment, by a flag.`,
		Example: `  gatehouse config explain session.idle
  gatehouse config explain store.url --json`,
		Args:              one(aConfig),
		ValidArgsFunction: settingNames,
		RunE: a.action(func(ctx context.Context, args []string) error {
			cfg, sources, err := a.loadAll(ctx)
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
	if s.Changeable {
		row(w, "while it runs", "gatehouse setting set "+s.Path+" …")
	}
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
