package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gatehouse/setting"
)

var (
	errNumber  = errors.New(`is not a whole number; write one like "16"`)
	errBoolean = errors.New(`must be true or false`)
	errList    = errors.New("names nothing between its commas; write the items with commas between them, or nothing at all")
)

// field returns the field of the struct v that k stands for.
func (k *Key) field(v reflect.Value) reflect.Value { return v.FieldByIndex(k.index) }

// set reads text into the field of the struct v. The error is a sentence that
// continues the key's name, and does not repeat the text.
func (k *Key) set(v reflect.Value, text string) error {
	f := k.field(v)
	switch k.Kind {
	case Duration:
		d, err := setting.ParseDuration(text)
		if err != nil {
			return err
		}
		f.SetInt(int64(d))
	case Number:
		return setNumber(f, text)
	case Boolean:
		if text != "true" && text != "false" {
			return errBoolean
		}
		f.SetBool(text == "true")
	case List:
		list := splitList(text)
		if len(list) == 0 && text != "" {
			return errList
		}
		k.setList(v, list)
	case Text:
		f.SetString(text)
	case Sections:
		return errors.New(fileOnly)
	}
	return nil
}

// fileOnly continues the name of a list of sections that somebody looks for
// elsewhere. A number in a variable's name would be all that ties a secret to the
// section it is for; one line moved in the file, and it goes to somebody else.
const fileOnly = "is a list of sections, which stands in the file only"

// setNumber takes a number in one spelling: 010 is eight to some readers of YAML.
func setNumber(f reflect.Value, text string) error {
	if f.Kind() == reflect.Uint32 {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || strconv.FormatUint(n, 10) != text {
			return errNumber
		}
		f.SetUint(n)
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		return errNumber
	}
	f.SetInt(int64(n))
	return nil
}

func (k *Key) setList(v reflect.Value, list []string) {
	k.field(v).Set(reflect.ValueOf(list))
}

// newItem returns an item of a list of sections before anything is set. An item
// whose zero value is not its default has a method Defaults.
func (k *Key) newItem() reflect.Value {
	item := reflect.New(k.item)
	if d, ok := item.Interface().(interface{ Defaults() }); ok {
		d.Defaults()
	}
	return item.Elem()
}

// get writes the field of the struct v as set would read it; a list of sections
// is empty here, its items have keys of their own.
func (k *Key) get(v reflect.Value) string {
	f := k.field(v)
	switch k.Kind {
	case Duration:
		return setting.FormatDuration(time.Duration(f.Int()))
	case List:
		items := make([]string, f.Len())
		for i := range items {
			items[i] = f.Index(i).String()
		}
		return strings.Join(items, ",")
	case Sections:
		return ""
	}
	return fmt.Sprint(f.Interface())
}

// splitList cuts at commas and drops empty parts.
func splitList(s string) []string {
	var list []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
