package proxy

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What an upstream says of a resource is decided by as it was said, or not at all.
func TestAFetchedNumberIsExactOrNotKnown(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	for text, want := range map[string]any{
		`{"total":100,"other":9007199254740993}`: float64(100), `{"total":100.5}`: 100.5, `{"total":null}`: nil, `{}`: nil, `{"total":"9007199254740993"}`: "9007199254740993",
		`{"total":9007199254740993}`: refused, `{"total":100.000000000000001}`: refused, `{"total":[9007199254740992]}`: refused, `{"total":{"a":1,"a":2}}`: refused,
	} {
		attrs, err := attributes(&http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text))}, []string{"total"})
		if want == any(refused) {
			if err == nil {
				t.Errorf("%s: %v", text, attrs)
			}
			continue
		}
		if got, there := attrs["total"]; err != nil || got != want || there != (want != nil) {
			t.Errorf("%s: %v %v, want %v", text, attrs, err, want)
		}
	}
}
