package provider

import (
	"reflect"
	"strings"
	"testing"
)

// What is missing is said at the start, and not at the first request.
func TestProviderOpensWithAllItsFieldsOnly(t *testing.T) {
	t.Parallel()
	kind := reflect.TypeFor[Provider]()
	for _, field := range reflect.VisibleFields(kind) {
		if !field.IsExported() {
			continue
		}
		p := newDoor(t).Provider
		reflect.ValueOf(p).Elem().FieldByIndex(field.Index).SetZero()
		if err := p.Open(); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(field.Name)) {
			t.Errorf("without %s: %v", field.Name, err)
		}
	}
	p := newDoor(t).Provider
	if err := p.Open(); err != nil {
		t.Errorf("with all: %v", err)
	}
}

func TestIssuerMustBeTheBeginningOfAURL(t *testing.T) {
	t.Parallel()
	for _, issuer := range []string{"", "id.example.test", "https://", "ftp://id.example.test", "https://id.example.test/", "https://id.example.test?x", "https://id.example.test#", "https://u:p@id.example.test", "https://id.example.test\x00"} {
		if err := checkIssuer(issuer); err == nil {
			t.Errorf("%q is taken for an issuer", issuer)
		}
	}
}
