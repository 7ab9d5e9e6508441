package applications

import (
	"fmt"
	"strconv"
	"strings"

	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// lined returns a form in which an input has an entry of a list on each line: what is wrong with
// an entry, which the operation calls "redirect_uris[1]", stands at the input with its line.
func lined(say *words.Catalogue, f *guard.Frame, form part.Form) part.Form {
	if f.Wrong == nil {
		return form
	}
	for i := range len(form.Fields) + len(form.More) {
		in := form.At(i)
		for _, bad := range f.Wrong.Fields {
			name, line, ok := entry(bad.Name)
			if !ok || name != in.ID {
				continue
			}
			said := say.Wrong(in.Label, bad.Problem)
			if in.Kind == part.Area {
				said = say.WrongAt(in.Label, line+1, bad.Problem)
			}
			in.Problem = strings.TrimSpace(in.Problem + " " + said)
			form.Wrong = without(form.Wrong, say.Wrong(bad.Name, bad.Problem))
		}
	}
	return form
}

// without is all but one of several texts.
func without(all []string, text string) (rest []string) {
	for _, one := range all {
		if one != text {
			rest = append(rest, one)
		}
	}
	return rest
}

// entry reads "redirect_uris[1]".
func entry(name string) (list string, index int, ok bool) {
	list, rest, found := strings.Cut(name, "[")
	number, closed := strings.CutSuffix(rest, "]")
	index, err := strconv.Atoi(number)
	return list, index, found && closed && err == nil
}

// ofOne is err where only the last entry of a list was typed: what is wrong with that is wrong with
// the input.
func ofOne(err error, last int) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		f.Name = strings.TrimSuffix(f.Name, fmt.Sprintf("[%d]", last))
		return f
	})
}
