package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker for releases; else the module's own counts.
var version string

type versionJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
}

func (a *app) version() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "version",
		Short: "Print which Gatehouse this is",
		Long: `Print the version, the revision of the source, and the Go that built it.
"gatehouse --version" prints the first line alone.`,
		Example: `  gatehouse version
  gatehouse version --json`,
		Args: noArgs,
		RunE: a.action(func(context.Context, []string) error {
			v := buildVersion()
			return a.print(v, func(w io.Writer) {
				fmt.Fprintf(w, "gatehouse %s\n", v.Version)
				if v.Revision != "" {
					fmt.Fprintf(w, "revision\t%s%s\n", v.Revision, modified(v.Modified))
				}
				fmt.Fprintf(w, "built with\t%s\n", v.Go)
			})
		}),
	})
}

// versionFlag adds --version, which comes before whatever root does. Cobra's own
// is made with a template, and text/template in a binary keeps the linker from
// leaving out methods that nobody calls.
func (a *app) versionFlag(root *cobra.Command) {
	asked := root.Flags().BoolP("version", "v", false, "print which Gatehouse this is")
	otherwise := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if !*asked {
			return otherwise(cmd, args)
		}
		a.started = true
		return a.print(buildVersion(), func(w io.Writer) { fmt.Fprintf(w, "gatehouse %s\n", buildVersion().Version) })
	}
}

func modified(m bool) string {
	if m {
		return " (modified)"
	}
	return ""
}

func buildVersion() versionJSON {
	v := versionJSON{Version: version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	if v.Version == "" {
		v.Version = info.Main.Version
	}
	if v.Version == "" {
		v.Version = "unknown"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
