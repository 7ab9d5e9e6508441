package pdp

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is read at all is read as everybody reads it.
func FuzzReadObject(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"subject":{"type":"user","id":"usr_a"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"1"}}`,
		`{"a":[1,2.5,-1e3,true,false,null,"\u0061",{}]}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":"\ud800"}`, `[[[[[[`, `{"a":1}{}`, `{"a":1e999}`, " {\"\":\"\"}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := readObject(body)
		if err != nil {
			return
		}
		var want map[string]any
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("%q is read, and is no JSON: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", body, diff)
		}
	})
}
