package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientUpdate() *cobra.Command {
	var f clientFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update CLIENT_ID",
		Short: "Change an application, and say what changed",
		Long: `Change an application; what no flag names stays. What changed is printed: with
"-" before what was, and "+" before what is.

A list (a flag that may be repeated) is replaced by the values that are given, and
emptied by one empty value. To change single entries there are --add-… and
--remove-… for each.`,
		Example: `  gatehouse client update web --add-redirect-uri https://staging.example.com/callback
  gatehouse client update web --redirect-uri https://app.example.com/callback --disabled=false
  gatehouse client update web --remove-scope offline_access --remove-grant refresh_token`,
		Args: one(aClient),
	})
	f.bind(cmd)
	f.bindChanges(cmd)
	cmd.Flags().BoolVar(&f.disabled, "disabled", false, "it gets no tokens any more; =false lets it work again")
	cmd.RunE = a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		was := facts(c, h.Config)
		if err := f.apply(a, cmd, &c); err != nil {
			return err
		}
		is, err := h.OAuth.UpdateClient(ctx, operator(), c)
		if err != nil {
			return inFlags(err, flagOf(&c))
		}
		return a.print(wire.OfClient(is), func(w io.Writer) { tellChange(w, was, facts(is, h.Config)) })
	})
	completeClientFlags(cmd)
	return a.completing(cmd, applications)
}

// tellChange says what of a client is not as it was.
func tellChange(w io.Writer, was, is []fact) {
	gone, come := without(was, is), without(is, was)
	if len(gone)+len(come) == 0 {
		fmt.Fprintln(w, "Nothing is different from what it was.")
		return
	}
	fmt.Fprintf(w, "%s is changed.\n", plain(is[0].value))
	for _, f := range gone {
		row(w, "- "+f.name, f.value)
	}
	for _, f := range come {
		row(w, "+ "+f.name, f.value)
	}
}

// without returns the facts that the others lack. When it was updated is no news.
func without(all, others []fact) []fact {
	return slices.DeleteFunc(slices.Clone(all), func(f fact) bool { return f.name == "updated" || slices.Contains(others, f) })
}

// changesSomething reports whether a flag was given that changes the thing, and
// not only how the command speaks.
func changesSomething(cmd *cobra.Command) bool {
	given := cmd.Flags().NFlag()
	for _, name := range []string{"json", "yes", "config", "set", "data-dir"} {
		if cmd.Flags().Changed(name) {
			given--
		}
	}
	return given > 0
}
