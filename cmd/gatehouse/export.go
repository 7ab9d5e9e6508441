package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/apply"
	"gatehouse/config/manifest"
	"gatehouse/house"
)

// exporter tells what a house holds: the house here, or a server elsewhere.
type exporter interface {
	// Export calls write for each object; see apply.Service.
	Export(ctx context.Context, write func(o apply.Object) error) error
}

func (a *app) export() *cobra.Command {
	var to string
	var there serverFlags
	cmd := a.printing(&cobra.Command{
		Use:   "export",
		Short: "Write applications, APIs, roles, groups, grants and the like as files",
		Long: `Write organisations, groups, APIs, roles, scopes, applications, service accounts,
memberships and grants as YAML that "gatehouse apply" reads. The same house always
gives the same letters. No secret and no key is in it, nothing that is over, and no
person; people are named by their email addresses.

With -o FOLDER/ there is one file for each kind. Files take the place of older ones
once all of them are written.`,
		Example: `  gatehouse export
  gatehouse export -o house.yaml
  gatehouse export -o policy/
  gatehouse export -o policy/ --server https://id.example.com --key-file key`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			if there.url != "" {
				server, err := a.elsewhere(there)
				if err != nil {
					return err
				}
				return a.exportFrom(ctx, server, to)
			}
			return a.withHouse(ctx, func(h *house.House) error { return a.exportFrom(ctx, here{h.Applies}, to) })
		}),
	})
	cmd.Flags().StringVarP(&to, "output", "o", "-", "a `file`, a folder if it ends in a slash or is one, or - for standard output")
	there.bind(cmd)
	return cmd
}

func (a *app) exportFrom(ctx context.Context, from exporter, to string) error {
	if a.json {
		return a.exportJSON(ctx, from)
	}
	if to == "-" {
		return exportInto(ctx, from, a.stdout)
	}
	if info, err := os.Stat(to); strings.HasSuffix(to, "/") || err == nil && info.IsDir() {
		return exportFolder(ctx, from, to)
	}
	var fresh freshFiles
	defer fresh.drop()
	out, err := fresh.add(to)
	if err != nil {
		return err
	}
	if err := exportInto(ctx, from, out); err != nil {
		return err
	}
	return fresh.keep()
}

// exportJSON writes a list of the objects, as POST /api/v1/apply takes them.
func (a *app) exportJSON(ctx context.Context, from exporter) error {
	all := []apply.Object{}
	err := from.Export(ctx, func(o apply.Object) error { all = append(all, o); return nil })
	if err != nil {
		return err
	}
	return a.print(map[string][]apply.Object{"objects": all}, nil)
}

func exportInto(ctx context.Context, from exporter, out io.Writer) error {
	w := manifest.NewWriter(out)
	if err := from.Export(ctx, w.Write); err != nil {
		return err
	}
	return w.Flush()
}

// exportFolder writes a file for each kind, of one state of the house. Where there is
// nothing of a kind there is no file of it, an old one neither.
func exportFolder(ctx context.Context, from exporter, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return exporting(err)
	}
	var fresh freshFiles
	defer fresh.drop()
	var w *manifest.Writer
	at, wrote := apply.Kind(""), map[apply.Kind]bool{}
	err := from.Export(ctx, func(o apply.Object) error {
		if o.Kind != at {
			if err := ended(w); err != nil {
				return err
			}
			out, err := fresh.add(kindFile(to, o.Kind))
			if err != nil {
				return err
			}
			at, w, wrote[o.Kind] = o.Kind, manifest.NewWriter(out), true
		}
		return w.Write(o)
	})
	if err == nil {
		err = ended(w)
	}
	if err != nil {
		return err
	}
	if err := fresh.keep(); err != nil {
		return err
	}
	return dropOthers(to, wrote)
}

// ended writes what is left of the file of a kind.
func ended(w *manifest.Writer) error {
	if w == nil {
		return nil
	}
	return w.Flush()
}

// dropOthers removes the files of kinds of which there is nothing.
func dropOthers(folder string, wrote map[apply.Kind]bool) error {
	for _, kind := range apply.Kinds {
		if wrote[kind] {
			continue
		}
		if err := os.Remove(kindFile(folder, kind)); err != nil && !os.IsNotExist(err) {
			return exporting(err)
		}
	}
	return nil
}

func kindFile(folder string, k apply.Kind) string {
	return filepath.Join(folder, strings.ToLower(string(k))+".yaml")
}
