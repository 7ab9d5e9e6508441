package admin

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"gatehouse/fault"
)

// asPartial is the type of an answer that has some members alone: none of the document's
// rules about which are there is for it.
const asPartial = "application/vnd.gatehouse.partial+json"

// PartOfList is a page of a list of which each thing has some members alone.
type PartOfList struct {
	Items []map[string]any `json:"items"`
	Next  string           `json:"next,omitempty" doc:"The cursor of the next page; absent on the last one"`
}

// partOf is what is left of the body of an answer where some members alone are wanted.
func partOf(body reflect.Type) reflect.Type {
	if _, list := body.FieldByName("Items"); list {
		return reflect.TypeFor[PartOfList]()
	}
	return reflect.TypeFor[map[string]any]()
}

// compressible is the size from which an answer is compressed, in bytes.
const compressible = 1 << 10

// answer writes what the handler of c returned.
func (c *Call) answer(w http.ResponseWriter, r *http.Request, out reflect.Value) error {
	if s, ok := out.Interface().(*Stream); ok {
		return s.send(w, r)
	}
	headers := http.Header{}
	body, err := c.route.binding.write(headers, out)
	if err == nil && len(c.fields) > 0 {
		headers.Set("Content-Type", asPartial)
		body, err = only(body, c.fields)
	}
	if err != nil {
		return err
	}
	if most := c.route.maxAnswer(); len(body) > most {
		return fault.New(fault.Invalid, "answer.too_large", fmt.Sprintf("The answer would be larger than %d MiB. ", most>>20)+"Ask for less at a time (limit), or for some members only (fields).")
	}
	h := w.Header()
	maps.Copy(h, headers)
	h.Set("Cache-Control", "no-store")
	if !c.route.Secret {
		h.Add("Vary", "Accept-Encoding")
		if len(body) >= compressible && takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = compressed(body)
		}
	}
	if len(body) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(cmp.Or(c.route.Status, http.StatusOK))
	_, _ = w.Write(body) // the caller has gone if this fails
	return nil
}

func compressed(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// takesGzip reports whether an Accept-Encoding names gzip, and not to refuse it.
func takesGzip(accepts string) bool {
	for one := range strings.SplitSeq(accepts, ",") {
		name, parameter, _ := strings.Cut(strings.ReplaceAll(one, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return !strings.HasPrefix(parameter, "q=0") || strings.Trim(parameter, "q=0.") != ""
		}
	}
	return false
}

// only is a body with those members of each of its things alone.
func only(body []byte, fields []string) ([]byte, error) {
	var list struct {
		Items []map[string]json.RawMessage `json:"items"`
		Next  string                       `json:"next,omitempty"`
	}
	if err := json.Unmarshal(body, &list); err == nil && list.Items != nil {
		for i := range list.Items {
			list.Items[i] = pick(list.Items[i], fields)
		}
		return json.Marshal(list)
	}
	var one map[string]json.RawMessage
	if err := json.Unmarshal(body, &one); err != nil {
		return nil, fmt.Errorf("leave out members: %w", err)
	}
	return json.Marshal(pick(one, fields))
}

func pick(all map[string]json.RawMessage, fields []string) map[string]json.RawMessage {
	some := make(map[string]json.RawMessage, len(fields))
	for _, name := range fields {
		if value, has := all[name]; has {
			some[name] = value
		}
	}
	return some
}
