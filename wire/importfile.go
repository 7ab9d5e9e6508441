package wire

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/fault"
	"gatehouse/identity"
	"gatehouse/identity/intake"
)

// The formats of a file of people.
const (
	FormatCSV   = "csv"
	FormatLines = "ndjson"
)

// The bounds of one row.
const (
	maxRow     = 64 << 10 // bytes
	maxColumns = 64
)

// person is a row of a file: what the admin API makes a person of.
type person struct {
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	Name          string `json:"name"`
	Claims        Claims `json:"claims"`
}

// FormatOf is the format of a file by its name and how it begins.
func FormatOf(name, content string) string {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, ".ndjson") || strings.HasSuffix(name, ".jsonl") || strings.HasPrefix(strings.TrimLeft(content, "\ufeff \t\r\n"), "{") {
		return FormatLines
	}
	return FormatCSV
}

// ReadPeople reads a file of people: CSV whose first line names the columns, by commas,
// semicolons or tabs, or lines of JSON. What cannot be read as a whole is Invalid
// "import.file"; what is wrong with a row stands in it. Of more rows than there may be it reads
// one too many, which intake refuses.
func ReadPeople(format, content string) ([]intake.Row, error) {
	if len(content) > intake.MaxBytes {
		return nil, badFile(fmt.Sprintf("is larger than %d MiB", intake.MaxBytes>>20))
	}
	if !utf8.ValidString(content) {
		return nil, badFile("is not UTF-8; save it as that")
	}
	content = strings.TrimPrefix(content, "\ufeff")
	if strings.ContainsRune(content, 0) {
		return nil, badFile("holds characters that are not text")
	}
	if format == FormatLines {
		return readLines(content)
	}
	return readCSV(content)
}

func readLines(content string) (rows []intake.Row, err error) {
	line := 0
	for text := range strings.SplitSeq(content, "\n") {
		line++
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if rows = append(rows, rowOf(len(rows)+1, line, []byte(text))); len(rows) > intake.MaxRows {
			break
		}
	}
	return rows, nil
}

// rowOf reads the JSON of a row.
func rowOf(n, line int, text []byte) intake.Row {
	r := intake.Row{N: n, Line: line}
	if len(text) > maxRow {
		return r.With("", fmt.Sprintf("is longer than %d KiB", maxRow>>10))
	}
	var p person
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&p)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one")
		}
	}
	r.Person = identity.User{Email: p.Email, EmailVerified: p.EmailVerified, Name: p.Name, Claims: p.Claims.Identity()}
	if err != nil {
		return r.With(whereOf(err))
	}
	return r
}

// whereOf is the field that an error of JSON is about, and what is wrong there.
func whereOf(err error) (field, problem string) {
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bad.Field != "" {
		if bad.Type.Kind() == reflect.Bool {
			return bad.Field, "must be true or false"
		}
		return bad.Field, "has the wrong form"
	}
	if rest, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return strings.Trim(rest, `"`), "is not known here"
	}
	return "", "is no JSON object in one line"
}

// column is where a column of a CSV file goes in the JSON of a row.
type column struct {
	name  string
	path  []string
	truth bool
}

func readCSV(content string) ([]intake.Row, error) {
	head, _, _ := strings.Cut(content, "\n")
	r := csv.NewReader(strings.NewReader(content))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator(head), -1, true
	columns, err := columnsOf(r)
	if err != nil {
		return nil, err
	}
	var rows []intake.Row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, badCSV(err)
		}
		if !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			continue
		}
		line, _ := r.FieldPos(0)
		if rows = append(rows, rowOfCells(len(rows)+1, line, columns, cells)); len(rows) > intake.MaxRows {
			return rows, nil
		}
	}
}

// separator is what stands between the cells of a file whose head that is: spreadsheets of
// many countries write semicolons.
func separator(head string) rune {
	found, most := ',', strings.Count(head, ",")
	for _, other := range ";\t" {
		if n := strings.Count(head, string(other)); n > most {
			found, most = other, n
		}
	}
	return found
}

func columnsOf(r *csv.Reader) ([]column, error) {
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, badFile("is empty")
	}
	if err != nil {
		return nil, badCSV(err)
	}
	if len(names) > maxColumns {
		return nil, badFile(fmt.Sprintf("has more than %d columns", maxColumns))
	}
	var all []column
	for _, name := range names {
		c, ok := columnOf(strings.ToLower(strings.TrimSpace(name)))
		if !ok {
			return nil, badFile(fmt.Sprintf("has the column %q, which is not known here; the first line names the columns: email, name, email_verified, claims such as given_name or locale, and attributes.NAME", brief(name)))
		}
		if slices.ContainsFunc(all, func(other column) bool { return other.name == c.name }) {
			return nil, badFile(fmt.Sprintf("has the column %q twice", c.name))
		}
		all = append(all, c)
	}
	if !slices.ContainsFunc(all, func(c column) bool { return c.name == "email" }) {
		return nil, badFile(`has no column "email" in its first line`)
	}
	return all, nil
}

// columnOf knows the columns: what the JSON of a person has, by its names.
func columnOf(name string) (column, bool) {
	c := column{name: name, path: []string{name}}
	switch name {
	case "email", "name":
		return c, true
	case "email_verified":
		c.truth = true
		return c, true
	}
	c.path = append([]string{"claims"}, strings.SplitN(name, ".", 2)...)
	switch in, rest, below := strings.Cut(name, "."); {
	case below && in == "attributes":
		return c, rest != ""
	case below && in == "address":
		_, ok := memberOf(reflect.TypeFor[Address](), rest)
		return c, ok
	}
	f, ok := memberOf(reflect.TypeFor[Claims](), name)
	if !ok || f.Type.Kind() != reflect.String && f.Type.Kind() != reflect.Bool {
		return c, false
	}
	c.truth = f.Type.Kind() == reflect.Bool
	return c, true
}

// memberOf is the member of a shape by its JSON name.
func memberOf(shape reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(shape) {
		if is, _, _ := strings.Cut(f.Tag.Get("json"), ","); is == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// truths are how a cell says yes and no; an empty one says no.
var truths = map[string]bool{"": false, "true": true, "false": false, "yes": true, "no": false, "1": true, "0": false}

// rowOfCells reads a row of CSV as the JSON that it stands for.
func rowOfCells(n, line int, columns []column, cells []string) intake.Row {
	size := 0
	object := map[string]any{}
	for i, cell := range cells {
		size += len(cell)
		if i >= len(columns) {
			continue
		}
		c := columns[i]
		cell = strings.TrimSpace(cell)
		var value any = cell
		if c.truth {
			yes, ok := truths[strings.ToLower(cell)]
			if !ok {
				r := intake.Row{N: n, Line: line, Person: identity.User{Email: addressOf(columns, cells)}}
				return r.With(c.name, "must be true or false")
			}
			value = yes
		}
		if cell != "" {
			put(object, c.path, value)
		}
	}
	if r := (intake.Row{N: n, Line: line, Person: identity.User{Email: addressOf(columns, cells)}}); len(cells) != len(columns) {
		return r.With("", "has not as many cells as the first line")
	} else if size > maxRow {
		return r.With("", fmt.Sprintf("is longer than %d KiB", maxRow>>10))
	}
	text, err := json.Marshal(object)
	if err != nil {
		return intake.Row{N: n, Line: line}.With("", "cannot be read")
	}
	return rowOf(n, line, text)
}

// put puts a value into an object, below the names of a path.
func put(object map[string]any, path []string, value any) {
	for len(path) > 1 {
		below, ok := object[path[0]].(map[string]any)
		if !ok {
			below = map[string]any{}
			object[path[0]] = below
		}
		object, path = below, path[1:]
	}
	object[path[0]] = value
}

func addressOf(columns []column, cells []string) string {
	at := slices.IndexFunc(columns, func(c column) bool { return c.name == "email" })
	if at >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[at])
}

func badCSV(err error) error {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return badFile(fmt.Sprintf("is no CSV in line %d: a quotation mark is missing there, or stands where it cannot", bad.Line))
	}
	return fault.Wrap(err, fault.Invalid, "import.file", "The file cannot be read.")
}

// brief is a name as a sentence quotes it.
func brief(name string) string {
	if all := []rune(name); len(all) > 40 {
		return string(all[:39]) + "…"
	}
	return name
}
