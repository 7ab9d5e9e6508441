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
