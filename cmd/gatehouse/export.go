package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/apply"
	"gatehouse/config/manifest"
	"gatehouse/house"
)

func (a *app) export() *cobra.Command {
	var to string
	cmd := a.printing(&cobra.Command{
		Use:   "export",
		Short: "Write applications, APIs, roles, groups, grants and the like as files",
		Long: `Write organisations, groups, APIs, roles, scopes, applications, service accounts,
memberships and grants as YAML that "gatehouse apply" reads. The same house always
gives the same letters. No secret and no key is in it, nothing that is over, and no
person; people are named by their email addresses.

With -o FOLDER/ there is one file for each kind.`,
		Example: `  gatehouse export
  gatehouse export -o house.yaml
  gatehouse export -o policy/`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				if a.json {
					return a.exportJSON(ctx, h.Applies)
				}
				return a.exportTo(ctx, h.Applies, to)
			})
		}),
	})
	cmd.Flags().StringVarP(&to, "output", "o", "-", "a `file`, a folder if it ends in a slash or is one, or - for standard output")
	return cmd
}

func (a *app) exportTo(ctx context.Context, s *apply.Service, to string) error {
	if to == "-" {
		return exportInto(ctx, s, a.stdout)
	}
	if info, err := os.Stat(to); strings.HasSuffix(to, "/") || err == nil && info.IsDir() {
		return exportFolder(ctx, s, to)
	}
	return written(to, func(out io.Writer) error { return exportInto(ctx, s, out) })
}

// exportJSON writes a list of the objects, as POST /api/v1/apply takes them.
func (a *app) exportJSON(ctx context.Context, s *apply.Service) error {
	all := []apply.Object{}
	err := s.Export(ctx, func(o apply.Object) error { all = append(all, o); return nil })
	if err != nil {
		return err
	}
	return a.print(map[string][]apply.Object{"objects": all}, nil)
}

func exportInto(ctx context.Context, s *apply.Service, out io.Writer) error {
	w := manifest.NewWriter(out)
	if err := s.Export(ctx, w.Write); err != nil {
		return err
	}
	return w.Flush()
}

// written writes a file anew, for its owner alone to read.
func written(name string, write func(out io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	err = write(f)
	if closed := f.Close(); err == nil && closed != nil {
		err = fmt.Errorf("export: %w", closed)
	}
	return err
}

// exportFolder writes a file for each kind, of one state of the house. Where there is
// nothing of a kind there is no file of it, an old one neither.
func exportFolder(ctx context.Context, s *apply.Service, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, kind := range apply.Kinds {
		if err := os.Remove(kindFile(to, kind)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("export: %w", err)
		}
	}
	var file *os.File
	var w *manifest.Writer
	end := func() error {
		if file == nil {
			return nil
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return file.Close()
	}
	at := apply.Kind("")
	err := s.Export(ctx, func(o apply.Object) (err error) {
		if o.Kind != at {
			if err := end(); err != nil {
				return err
			}
			if file, err = os.OpenFile(kindFile(to, o.Kind), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
				return err
			}
			at, w = o.Kind, manifest.NewWriter(file)
		}
		return w.Write(o)
	})
	if err != nil {
		return err
	}
	return end()
}

func kindFile(folder string, k apply.Kind) string {
	return filepath.Join(folder, strings.ToLower(string(k))+".yaml")
}
