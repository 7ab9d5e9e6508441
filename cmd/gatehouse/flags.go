package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gatehouse/config"
)

// annotation is where cobra keeps which flags exclude one another.
const annotation = "cobra_annotation_mutually_exclusive"

// checkExclusive refuses flags that exclude one another, before cobra does in words of
// its own.
func checkExclusive(cmd *cobra.Command, _ []string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, group := range f.Annotations[annotation] {
			given := slices.DeleteFunc(strings.Fields(group), func(name string) bool { return !cmd.Flags().Changed(name) })
			if len(given) > 1 && err == nil {
				err = fmt.Errorf("%s exclude one another: give one of them", enumerated(given))
			}
		}
	})
	return err
}

// enumerated are flags as a sentence names them.
func enumerated(names []string) string {
	last := len(names) - 1
	return "--" + strings.Join(names[:last], ", --") + " and --" + names[last]
}

// flagError says in the words of the other errors what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return unknownFlag(cmd, e)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s needs a value: %s", e.GetFlag().Name, strings.ReplaceAll(e.GetFlag().Usage, "`", ""))
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return fmt.Errorf("--%s %q %s", e.GetFlag().Name, brief(e.GetValue()), wrongValue(e))
	}
	return err
}

// wrongValue is what is wrong with a value. Flags of our own say it themselves.
func wrongValue(e *pflag.InvalidValueError) string {
	switch e.GetFlag().Value.Type() {
	case "bool":
		return "is neither true nor false"
	case "int":
		return "is not a whole number"
	}
	return strings.TrimPrefix(e.Unwrap().Error(), "it ")
}

// secretFlags are what people look for who would hand over a password in the open.
var secretFlags = []string{"password", "secret", "client-secret", "token"}

func unknownFlag(cmd *cobra.Command, e *pflag.NotExistError) error {
	name := e.GetSpecifiedName()
	if e.GetSpecifiedShortnames() != "" {
		return fmt.Errorf("there is no flag -%s", name)
	}
	err := fmt.Errorf("there is no flag --%s", name)
	if slices.Contains(secretFlags, name) {
		return fmt.Errorf("%w; secrets are not taken from the command line, where others can read them: use --password-file FILE, or - for standard input", err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := config.Nearest(name, names); near != "" {
		err = fmt.Errorf("%w; did you mean --%s?", err, near)
	}
	return err
}
