package filter_test

import (
	"encoding/json"
	"strings"
	"testing"

	. "gatehouse.example/verify/filter"
)

func TestAFilterIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"op":"all"}`,
		`{"op":"none"}`,
		`{"op":"and","of":[{"op":"or","of":[{"op":"in","attribute":"owner_id","values":["usr_1","usr_2"]},{"op":"ge","attribute":"total","values":[1.5]}]},{"op":"not_in","attribute":"flag","values":[true]},{"op":"absent","attribute":"x"}]}`,
	} {
		var f Filter
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := json.Marshal(f); err != nil || string(again) != text {
			t.Errorf("%s is written as %s %v", text, again, err)
		}
	}
	if text, err := json.Marshal(Filter{}); err != nil || string(text) != `{"op":"none"}` {
		t.Errorf("the zero filter is %s %v", text, err)
	}
}

// What is not understood must not be taken for what it might be.
func TestWhatIsNoFilterIsRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"op":"and","of":[`, 66) + `{"op":"all"}` + strings.Repeat(`]}`, 66)
	for _, text := range []string{
		`{}`, `null`, `[]`, `"all"`, `{"op":"not","of":[{"op":"none"}]}`, `{"op":"all","of":[{"op":"none"}]}`, `{"op":"and","of":[]}`, `{"op":"and"}`, `{"op":"or","of":[{}]}`, `{"op":"and","of":[{"op":"all"}],"attribute":"x"}`,
		`{"op":"in","attribute":"x"}`, `{"op":"in","attribute":"x","values":[]}`, `{"op":"in","values":["x"]}`, `{"op":"in","attribute":"x","values":[null]}`, `{"op":"in","attribute":"x","values":[["a"]]}`, `{"op":"in","attribute":"x","values":["a"],"not":true}`,
		`{"op":"lt","attribute":"x","values":[1,2]}`, `{"op":"lt","attribute":"x","values":[true]}`, `{"op":"prefix","attribute":"x","values":[1]}`, `{"op":"present","attribute":"x","values":[1]}`, `{"op":"stuck","attribute":"x"}`,
		`{"op":"in","attribute":"x","values":[` + strings.Repeat(`1,`, MaxSize) + `1]}`, deep,
	} {
		var f Filter
		if err := json.Unmarshal([]byte(text), &f); err == nil && text != `null` || f.Match(map[string]any{"x": "a", "id": "1"}) {
			t.Errorf("%.100s is read as %+v", text, f)
		}
	}
}

// A filter that somebody put together wrongly lets nothing through, and is no SQL.
func TestAFilterOutOfFormLetsNothingThrough(t *testing.T) {
	t.Parallel()
	q := Query{Dialect: SQLite, Columns: map[string]Column{"x": {Name: "x", Type: Text}, "id": {Name: "id", Type: Integer}, "flag": {Name: "flag", Type: Boolean}}}
	for _, f := range []Filter{
		{}, {Op: "nonsense", Attribute: "x"}, {Op: And}, {Op: Or}, {Op: Less, Attribute: "x"}, {Op: Prefix, Attribute: "x", Values: []any{5.0}}, {Op: In, Attribute: "x", Values: []any{nil}},
	} {
		where, _, err := f.SQL(q)
		if f.Match(map[string]any{"x": "a"}) || err == nil && where != "(1 = 0)" {
			t.Errorf("%+v is %s %v", f, where, err)
		}
	}
	for _, f := range []Filter{Compare(Less, "id", "5"), Compare(Prefix, "id", "5"), Compare(In, "y", "5")} {
		if where, _, err := f.SQL(q); err == nil {
			t.Errorf("%+v is %s", f, where)
		}
	}
	if where, _, err := Compare(In, "flag", true).SQL(Query{Dialect: "oracle"}); err == nil {
		t.Error(where)
	}
}

func TestFiltersAreJoined(t *testing.T) {
	t.Parallel()
	a, b := Compare(In, "id", "1", "2"), Compare(In, "id", "2", "3")
	for name, c := range map[string]struct {
		f    Filter
		want string
	}{
		"lists become one":       {AnyOf(a, b), `{"op":"in","attribute":"id","values":["1","2","3"]}`},
		"but where both must be": {AllOf(a, b), `{"op":"and","of":[{"op":"in","attribute":"id","values":["1","2"]},{"op":"in","attribute":"id","values":["2","3"]}]}`},
		"all decides":            {AnyOf(a, Everything), `{"op":"all"}`},
		"none decides":           {AllOf(a, Nothing), `{"op":"none"}`},
		"the zero filter":        {AllOf(a, Filter{}), `{"op":"none"}`},
		"all says nothing":       {AllOf(a, Everything), `{"op":"in","attribute":"id","values":["1","2"]}`},
		"of nothing any":         {AnyOf(), `{"op":"none"}`},
		"of nothing all":         {AllOf(), `{"op":"all"}`},
		"no values":              {Compare(In, "id"), `{"op":"none"}`},
		"none of no values":      {Compare(NotIn, "id"), `{"op":"present","attribute":"id"}`},
	} {
		if text, err := json.Marshal(c.f); err != nil || string(text) != c.want {
			t.Errorf("%s: %s %v, want %s", name, text, err, c.want)
		}
	}
	if text, _ := json.Marshal(a); string(text) != `{"op":"in","attribute":"id","values":["1","2"]}` {
		t.Errorf("what was joined is %s", text)
	}
}
