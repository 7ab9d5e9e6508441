package web_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"gatehouse/web"
)

// A number is read as everybody reads it, or not at all.
func TestANumberIsReadExactlyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "-0": true, "0.0": true, "0e99": true, "0e-99999999999999999999": true, "42": true, "100.0": true, "1e2": true, "1E+2": true, "-1.50e-3": true,
		"0.1": true, "0.30000000000000004": true, "1.7976931348623157e-300": true, "5e-324": true, "100.00000000000000000": true,
		"9007199254740991": true, "-9007199254740991": true, "9007199254740991.0": true, "900719925474099100e-2": true,
		"9007199254740992": false, "9007199254740993": false, "-9007199254740992": false, "9007199254740993.0": false, "1e16": false, "1e999": false, "-1e999": false,
		"100.000000000000001": false, "0.1000000000000000055511151231257827": false, "99.99999999999999999": false, "4503599627370496.51": false,
		"1e-400": false, "3e-324": false, "1e-99999999999999999999": false, "0." + strings.Repeat("0", 5000) + "1": false, strings.Repeat("9", 5000): false,
	} {
		got, err := web.ParseNumber(text)
		if (err == nil) != want {
			t.Errorf("%.40s: %v %v, want %t", text, got, err, want)
		}
		for _, in := range []string{text, `[{"a":` + text + `}]`, " " + text + "\n"} {
			if _, err := web.ParseJSON([]byte(in), 100); (err == nil) != want {
				t.Errorf("%.40s: %v, want %t", in, err, want)
			}
		}
		if value, err := web.ParseJSONAsWritten([]byte(text), 100); (err == nil) != want || want && value != json.Number(text) {
			t.Errorf("%.40s: %v %v", text, value, err)
		}
	}
}

// Every number that a program writes is read as that one.
func FuzzParseNumber(f *testing.F) {
	for _, n := range []float64{0, 0.1, -1.5, 1 << 52, 1<<53 - 1, math.SmallestNonzeroFloat64, 1e-7} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n float64) {
		if math.IsNaN(n) || math.Abs(n) >= 1<<53 {
			return
		}
		for _, format := range []byte{'e', 'f', 'g'} {
			text := strconv.FormatFloat(n, format, -1, 64)
			if got, err := web.ParseNumber(text); err != nil || got != n {
				t.Errorf("%s: %v %v", text, got, err)
			}
		}
	})
}
