package web

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

var (
	errLarge   = errors.New("a number is 2^53 or beyond, and others may read another one")
	errInexact = errors.New("a number has more digits than everybody reads")
)

// alwaysExact is how many bytes a number without an exponent may have and surely be said by
// a float64: that has fifteen digits.
const alwaysExact = 15

// ParseNumber reads a number of JSON. One that a float64 rounds, or that is 2^53 or beyond,
// is an error: one reader would decide by it, and another do something by the next one. The
// error may be told to who sent it.
func ParseNumber(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(n) >= 1<<53 {
		return 0, errLarge
	}
	if len(text) <= alwaysExact && !strings.ContainsAny(text, "eE") {
		return n, nil
	}
	was, ok := decimalOf(text)
	is, _ := decimalOf(strconv.FormatFloat(n, 'e', -1, 64))
	if !ok || was != is {
		return 0, errInexact
	}
	return n, nil
}

// decimal is a number without what can be written in two ways: 0.digits times ten to the
// power. Zero has no digits, and no sign.
type decimal struct {
	negative bool
	digits   string
	power    int
}

// decimalOf reads a number of JSON.
func decimalOf(text string) (d decimal, ok bool) {
	text, d.negative = strings.CutPrefix(text, "-")
	text, exponent, has := strings.Cut(strings.ToLower(text), "e")
	whole, part, _ := strings.Cut(text, ".")
	d.digits = strings.TrimLeft(whole+part, "0")
	if d.digits == "" {
		return decimal{}, true
	}
	d.power = len(d.digits) - len(part)
	d.digits = strings.TrimRight(d.digits, "0")
	if !has {
		return d, true
	}
	e, err := strconv.ParseInt(exponent, 10, 32)
	d.power += int(e)
	return d, err == nil
}
