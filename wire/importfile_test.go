package wire_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/identity/intake"
	"gatehouse/wire"
)

func TestAFileOfPeopleIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, format, content string
		want                  string // of each row: line, address, name, locale, an attribute, what is wrong
	}{
		"csv":              {"a.csv", "csv", "email,name\na@b.test,Ada\nc@d.test,\"Liu, Grace\"\n", "2 a@b.test Ada   |3 c@d.test Liu, Grace   |"},
		"byte order mark":  {"a.csv", "csv", "\ufeffEmail,Name\r\na@b.test,Ada\r\n", "2 a@b.test Ada   |"},
		"semicolons":       {"a.csv", "csv", "email;name;locale\na@b.test;Ada, A;de\n", "2 a@b.test Ada, A de  |"},
		"tabs":             {"a.txt", "csv", "email\tattributes.dept\na@b.test\tsales\n", "2 a@b.test   sales |"},
		"lines in a cell":  {"a.csv", "csv", "email,name\na@b.test,\"A\nB\"\nc@d.test,C\n", "2 a@b.test A\nB   |4 c@d.test C   |"},
		"formulas":         {"a.csv", "csv", "email,name\na@b.test,=1+1\n", "2 a@b.test =1+1   |"},
		"empty lines":      {"a.csv", "csv", "email,name\n\n,\na@b.test,A\n", "4 a@b.test A   |"},
		"too few cells":    {"a.csv", "csv", "email,name\na@b.test\n", "2 a@b.test    has not as many cells as the first line|"},
		"no truth":         {"a.csv", "csv", "email,email_verified\na@b.test,perhaps\n", "2 a@b.test    email_verified must be true or false|"},
		"json":             {"a.ndjson", "ndjson", "{\"email\":\"a@b.test\",\"claims\":{\"locale\":\"de\"}}\n\n{\"email\":\"c@d.test\"}", "1 a@b.test  de  |3 c@d.test    |"},
		"json by its look": {"", "ndjson", " {\"email\":\"a@b.test\"}", "1 a@b.test    |"},
		"json of a form":   {"a.jsonl", "ndjson", "{\"email\":7}\n{\"shoe\":1}\n[]\n{} {}", "1     email has the wrong form|2     shoe is not known here|3      is no JSON object in one line|4      is no JSON object in one line|"},
	} {
		if got := wire.FormatOf(c.file, c.content); got != c.format {
			t.Errorf("%s is taken for %s", name, got)
		}
		rows, err := wire.ReadPeople(c.format, c.content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got strings.Builder
		for _, r := range rows {
			wrong := ""
			for _, p := range r.Problems {
				wrong += p.Name + " " + p.Problem
			}
			fmt.Fprintf(&got, "%d %s %s %s %s %s|", r.Line, r.Person.Email, r.Person.Name, r.Person.Claims.Locale, r.Person.Claims.Attributes["dept"], strings.TrimPrefix(wrong, " "))
		}
		if loose(got.String()) != loose(c.want) {
			t.Errorf("%s: %q, want %q", name, got.String(), c.want)
		}
	}
}

// loose is text without the number of blanks.
func loose(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestAFileThatCannotBeReadIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	for problem, content := range map[string]string{
		"is not UTF-8":             "email\n\xff@b.test\n",
		"is larger than 4 MiB":     strings.Repeat("x", intake.MaxBytes+1),
		"not known here":           "email,shoe size\na@b.test,9\n",
		"not known here;":          "email,attributes.\na@b.test,9\n",
		"twice":                    "email,Email\na@b.test,b@b.test\n",
		`no column "email"`:        "name\nAda\n",
		"is empty":                 "",
		"no CSV in line 2":         "email,name\n\"a@b.test,A\n",
		"has more than 64 columns": "email" + strings.Repeat(",attributes.a", 64) + "\n",
		"characters that are not":  "email\na\x00@b.test\n",
	} {
		_, err := wire.ReadPeople(wire.FormatCSV, content)
		if fault.CodeOf(err) != "import.file" || !strings.Contains(said(err), problem) {
			t.Errorf("%q: %v %s", problem, err, said(err))
		}
	}
}

// Of more rows than a file may have one too many is read, so that whoever looks at it says so.
func TestNoMoreOfAFileIsReadThanIsNeeded(t *testing.T) {
	t.Parallel()
	for format, content := range map[string]string{
		wire.FormatCSV:   "email\n" + strings.Repeat("a@b.test\n", intake.MaxRows+100),
		wire.FormatLines: strings.Repeat(`{"email":"a@b.test"}`+"\n", intake.MaxRows+100),
	} {
		rows, err := wire.ReadPeople(format, content)
		if err != nil || len(rows) != intake.MaxRows+1 {
			t.Errorf("%s: %d rows, %v", format, len(rows), err)
		}
	}
}

// Whatever a file holds, it is refused or read: as many rows as there may be, each in its order.
func FuzzAFileOfPeopleIsReadOrRefused(f *testing.F) {
	for _, seed := range []string{"email,name\na@b.test,A\n", "{\"email\":\"a@b.test\"}\n{}", "email;x\n\"", "\ufeffemail\tname\n\t\n", "email,address.locality,attributes.a\na,b,c\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		for _, format := range []string{wire.FormatCSV, wire.FormatLines} {
			rows, err := wire.ReadPeople(format, content)
			if err != nil && fault.CodeOf(err) != "import.file" {
				t.Fatalf("%q: %v", content, err)
			}
			for i, r := range rows {
				if r.N != i+1 || r.Line < 1 || i > 0 && r.Line <= rows[i-1].Line {
					t.Fatalf("%q: row %d is %d in line %d", content, i, r.N, r.Line)
				}
			}
		}
	})
}

// said is what an error says of its fields.
func said(err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return ""
	}
	return fmt.Sprint(f.Fields)
}
