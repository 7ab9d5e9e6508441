package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/user"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/demo"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/house/check"
)

// The exit codes. 2 is free for a command that compares, as diff and others do it: a
// difference is then never taken for a slip on the command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitDrift  = 2
	exitUsage  = 64 // EX_USAGE of sysexits.h
)

// app is one run of the command line.
type app struct {
	env            []string
	stdin          io.Reader
	stdout, stderr io.Writer

	file    string         // --config
	sets    []string       // --set
	flags   []*settingFlag // the flags that stand for a key
	json    bool           // --json
	yes     bool           // --yes
	started bool           // the command line was understood
	sources config.Sources // where the configuration of this run came from
}

// settingFlag is a flag that stands for a key of the configuration.
type settingFlag struct {
	name, key, value string
	set              func() bool
}

// run runs one command line and returns its exit code. Everything that a
// command reads or writes comes in here.
func run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{env: env, stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	if !a.started {
		err = &usageError{err: err, command: cmd.CommandPath()}
		a.json = a.json || asksJSON(args) // what is wrong may stand before the flag
	}
	if !errors.Is(err, errFound) && !errors.Is(err, errDrift) { // the report says it
		a.complain(err)
	}
	return exitCode(err)
}

// asksJSON reports whether the command line asks for JSON, understood or not.
func asksJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

func (a *app) root() *cobra.Command {
	root := a.group("gatehouse", "Who you are, and what you may do: an OAuth 2 and OpenID Connect server")
	root.Long = root.Short + `.

Run "gatehouse demo" to try it, "gatehouse serve" to run it. Nothing needs to be
configured on one's own machine; "gatehouse config show" lists what can be.

Exit codes: 0 done; 1 it did not work; 64 the command line or the configuration
is wrong, and nothing was tried. With --json errors are JSON on standard error.
"gatehouse completion" sets up your shell to complete commands, flags, clients and
people.`
	root.Example = `  gatehouse demo
  gatehouse serve --listen 127.0.0.1:8080
  gatehouse client create --name Web --redirect-uri https://app.example.com/callback`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = checkExclusive
	p := root.PersistentFlags()
	p.StringVar(&a.file, "config", "", "read this YAML `file` (else the one that GATEHOUSE_CONFIG names)")
	p.StringArrayVar(&a.sets, "set", nil, "set a configuration key, as `KEY=VALUE`; may be repeated")
	a.versionFlag(root)
	a.setting(root, true, "data-dir", "data_dir", "the `directory` of the database and the master key")
	root.AddCommand(
		a.serve(), a.demo(), a.migrate(), a.backup(), a.restore(),
		a.user(), a.client(), a.api(), a.permission(), a.scope(), a.role(), a.groups(), a.org(), a.service(), a.grant(), a.lock(), a.explain(), a.whoCan(), a.apply(), a.export(), a.route(), a.upstream(), a.edge(), a.token(), a.keys(), a.session(), a.audit(), a.setupLink(),
		a.config(), a.settings(), a.doctor(), a.healthcheck(), a.version(),
	)
	return root
}

// group returns a command that only holds others.
func (a *app) group(use, short string, subs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.started = true
			return cmd.Help()
		},
	}
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(subs...)
	return c
}

// explained gives a group of commands its long help: what the things are that it
// is about.
func explained(group *cobra.Command, long, example string) *cobra.Command {
	group.Long, group.Example = long, example
	return group
}

func unknownCommand(cmd *cobra.Command, name string) error {
	err := fmt.Errorf("there is no command %q", cmd.CommandPath()+" "+name)
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %q?", err, cmd.CommandPath()+" "+near[0])
	}
	return err
}

// setting adds a flag that stands for a key.
func (a *app) setting(cmd *cobra.Command, persistent bool, name, key, usage string) {
	flags := cmd.Flags()
	if persistent {
		flags = cmd.PersistentFlags()
	}
	f := &settingFlag{name: name, key: key}
	flags.StringVar(&f.value, name, "", usage)
	f.set = func() bool { return flags.Changed(name) }
	a.flags = append(a.flags, f)
}

// printing adds --json to a command that prints a thing.
func (a *app) printing(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON, errors too")
	return cmd
}

// action returns what runs once the command line is understood.
func (a *app) action(f func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.started = true
		return f(cmd.Context(), args)
	}
}

// load reads the configuration.
func (a *app) load() (config.Config, config.Sources, error) { return a.loadWith(nil) }

// loadWith is load with a look at the files that the configuration names.
func (a *app) loadWith(files func(config.Config) []fault.Field) (config.Config, config.Sources, error) {
	o := config.Options{File: a.file, Env: a.env, Sets: a.sets, Files: files}
	for _, f := range a.flags {
		if f.set() {
			o.Flags = append(o.Flags, config.Flag{Name: "--" + f.name, Key: f.key, Value: f.value})
		}
	}
	return config.Load(o)
}

// commandConfig is load for a command that is no server: its log says only what
// is wrong, unless somebody asks for more. Beside the demo it knows what that one
// gives its gate.
func (a *app) commandConfig() (config.Config, config.Sources, error) {
	cfg, sources, err := a.load()
	if _, asked := sources["log.level"]; !asked {
		cfg.Log.Level = "warn"
	}
	a.sources = sources
	if _, is := check.OfDemo(cfg); is {
		cfg = demo.Beside(cfg)
	}
	return cfg, sources, err
}

// withHouse opens the store and the services, runs f, and closes them. A house
// that is not there is an error: commands make none by accident.
func (a *app) withHouse(ctx context.Context, f func(h *house.House) error) error {
	cfg, _, err := a.commandConfig()
	if err != nil {
		return err
	}
	return a.inHouse(ctx, cfg, a.opener(), f)
}

// opener is house.Open, house.OpenExisting or house.OpenBeside.
type opener func(ctx context.Context, cfg config.Config, log *slog.Logger) (*house.House, error)

func (a *app) inHouse(ctx context.Context, cfg config.Config, open opener, f func(h *house.House) error) error {
	log, flush := house.NewLog(cfg.Log, a.stderr)
	defer flush()
	h, err := open(ctx, cfg, log)
	if err != nil {
		return err
	}
	a.announceKey(h, log)
	err = guided(ctx, h, f(h))
	if err == nil {
		err = a.awaitServer(ctx, h)
	}
	return errors.Join(err, h.Close())
}

// announceKey tells about a master key that this command had to make.
func (a *app) announceKey(h *house.House, log *slog.Logger) {
	if h.NewMasterKey == "" {
		return
	}
	if _, err := fmt.Fprintf(a.stderr, "A new master key was written to %s. Back it up: without it the database cannot be read.\n", h.NewMasterKey); err != nil {
		log.Warn("a new master key was written", "file", h.NewMasterKey)
	}
}

// operator is who acts on the command line, for the audit table.
func operator() audit.Actor {
	a := audit.Actor{Kind: audit.Console}
	if u, err := user.Current(); err == nil {
		a.ID = u.Username
	}
	return a
}
