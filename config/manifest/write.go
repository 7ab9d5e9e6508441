package manifest

import (
	"bufio"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gatehouse/apply"
)

// Writer writes objects as Read reads them, the same ones always in the same letters.
type Writer struct {
	w    *bufio.Writer
	some bool
}

// NewWriter returns a Writer; what is written stands in w after Flush.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriter(w)} }

// Write writes one object as a document.
func (w *Writer) Write(o apply.Object) error {
	if w.some {
		w.line(0, "---")
	}
	w.some = true
	w.line(0, "apiVersion: "+apply.Version)
	w.line(0, "kind: "+string(o.Kind))
	if o.ID != "" {
		w.line(0, "metadata:")
		w.line(1, "id: "+quoted(o.ID))
	}
	spec := reflect.ValueOf(o.Spec).Elem()
	if w.empty(spec) {
		w.line(0, "spec: {}")
	} else {
		w.line(0, "spec:")
		w.fields(1, "", spec)
	}
	_, err := w.w.WriteString("") // an error of before stays
	return err
}

// Flush writes what is left.
func (w *Writer) Flush() error {
	if err := w.w.Flush(); err != nil {
		return fmt.Errorf("write a manifest: %w", err)
	}
	return nil
}

func (w *Writer) line(depth int, text string) {
	_, _ = w.w.WriteString(strings.Repeat("  ", depth) + text + "\n") // Flush tells of the error
}

func (w *Writer) empty(v reflect.Value) bool {
	for i := range v.NumField() {
		if !left(v.Type().Field(i), v.Field(i)) {
			return false
		}
	}
	return true
}

// left reports whether a field is left out.
func left(f reflect.StructField, v reflect.Value) bool {
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch options {
	case "omitempty":
		return v.IsZero() || (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0
	case "omitzero":
		return v.IsZero()
	}
	return false
}

// fields writes those of a struct; the first line begins with first.
func (w *Writer) fields(depth int, first string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if left(f, v.Field(i)) {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		w.value(depth, first+name+":", v.Field(i))
		first = strings.Repeat(" ", len(first))
	}
}

func (w *Writer) value(depth int, head string, v reflect.Value) {
	inner := depth + (len(head)-len(strings.TrimLeft(head, "- ")))/2
	switch v.Kind() {
	case reflect.Pointer:
		w.value(depth, head, v.Elem())
	case reflect.Bool:
		w.line(depth, fmt.Sprintf("%s %t", head, v.Bool()))
	case reflect.Int:
		w.line(depth, fmt.Sprintf("%s %d", head, v.Int()))
	case reflect.Struct:
		w.line(depth, head)
		w.fields(inner+1, "", v)
	case reflect.Map:
		w.line(depth, head)
		for _, key := range slices.Sorted(keys(v)) {
			w.line(inner+1, quoted(key)+": "+plain(v.MapIndex(reflect.ValueOf(key))))
		}
	case reflect.Slice:
		w.list(depth, inner, head, v)
	default:
		w.line(depth, head+" "+quoted(v.String()))
	}
}

// plain writes what plain of a reader reads.
func plain(v reflect.Value) string {
	if v.Kind() != reflect.Interface {
		return quoted(v.String())
	}
	switch one := v.Interface().(type) {
	case string:
		return quoted(one)
	case []any:
		all := make([]string, len(one))
		for i := range one {
			all[i] = plain(reflect.ValueOf(one).Index(i))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case float64:
		return strconv.FormatFloat(one, 'f', -1, 64)
	default:
		return fmt.Sprint(one)
	}
}

func keys(v reflect.Value) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, key := range v.MapKeys() {
			if !yield(key.String()) {
				return
			}
		}
	}
}

func (w *Writer) list(depth, inner int, head string, v reflect.Value) {
	if v.Len() == 0 {
		w.line(depth, head+" []")
		return
	}
	w.line(depth, head)
	for i := range v.Len() {
		if v.Index(i).Kind() == reflect.Struct {
			w.fields(inner+1, "- ", v.Index(i))
		} else {
			w.line(inner+1, "- "+quoted(v.Index(i).String()))
		}
	}
}

// bare is text that means itself without quotes, to every reader of YAML.
var bare = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*$`)

// spoken are words that some readers take for something else.
var spoken = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

func quoted(text string) string {
	if bare.MatchString(text) && !slices.Contains(spoken, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
