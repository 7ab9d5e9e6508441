package oauth_test

import (
	"reflect"
	"strings"
	"testing"

	"gatehouse/oauth"
)

// What is missing is said at the start, and not at the first token.
func TestServiceOpensWithAllItsFieldsOnly(t *testing.T) {
	t.Parallel()
	for _, field := range reflect.VisibleFields(reflect.TypeFor[oauth.Service]()) {
		s := newGranting(t).Service
		if err := s.Open(); err != nil {
			t.Fatalf("with all: %v", err)
		}
		reflect.ValueOf(s).Elem().FieldByIndex(field.Index).SetZero()
		if err := s.Open(); err == nil || !strings.Contains(err.Error(), field.Name) {
			t.Errorf("without %s: %v", field.Name, err)
		}
	}
}
