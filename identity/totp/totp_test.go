package totp

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// rfcSecret is "12345678901234567890" of RFC 6238 appendix B, in base32.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// The vectors of RFC 6238 appendix B for SHA-1 have eight digits; a code of six
// is their end.
func TestCodeIsThatOfRFC6238(t *testing.T) {
	t.Parallel()
	for unix, want := range map[int64]string{
		59:          "94287082",
		1111111109:  "07081804",
		1111111111:  "14050471",
		1234567890:  "89005924",
		2000000000:  "69279037",
		20000000000: "65353130",
	} {
		got, err := Code(rfcSecret, Step(time.Unix(unix, 0)))
		if err != nil || got != want[2:] {
			t.Errorf("at %d: got %q, %v, want %q", unix, got, err, want[2:])
		}
	}
}

func TestCodeTellsNothingOfABadSecret(t *testing.T) {
	t.Parallel()
	_, err := Code("not base32, but private", 1)
	if err == nil || strings.Contains(err.Error(), "private") {
		t.Errorf("got %v", err)
	}
	if _, err := Code(rfcSecret, -1); err == nil {
		t.Error("a step before 1970 has a code")
	}
}

func TestSecretsAreOf160Bits(t *testing.T) {
	t.Parallel()
	a, b := NewSecret(), NewSecret()
	if len(a) != 32 || a == b {
		t.Errorf("got two secrets of %d characters, equal: %v", len(a), a == b)
	}
}

func TestURLSurvivesStrangeNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ issuer, account, path, wantIssuer string }{
		{"Gatehouse", "ada@example.test", "/Gatehouse:ada@example.test", "Gatehouse"},
		{"My House & Sons", "ada+x@example.test", "/My House & Sons:ada+x@example.test", "My House & Sons"},
		{"https://sso.test", "a:b@example.test", "/https //sso.test:a b@example.test", "https //sso.test"},
		{"Häuser?#", "ü%41@example.test", "/Häuser?#:ü%41@example.test", "Häuser?#"},
	} {
		raw := URL(c.issuer, c.account, rfcSecret)
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		q := u.Query()
		if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != c.path || q.Get("issuer") != c.wantIssuer || q.Get("secret") != rfcSecret ||
			q.Get("digits") != "6" || q.Get("period") != "30" || q.Get("algorithm") != "SHA1" || strings.Contains(u.RawQuery, "+") {
			t.Errorf("%q %q: got %s", c.issuer, c.account, raw)
		}
	}
}

func TestCleanTakesSixDigitsHoweverTheyAreSpaced(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"123456": "123456", " 123 456 ": "123456", "12 34 56": "123456", "123\u00a0456": "123456",
		"": "", "12345": "", "1234567": "", "12345a": "", "１２３４５６": "123456", "+12345": "", "123-456": "123456",
		"123–456": "123456", "123.456": "123456", "123\u200b456": "123456", "\u202a123456\u202c": "123456", "１２３　４５６": "123456",
		"12-3456-": "123456", "12345-": "", "①②③④⑤⑥": "123456", "½23456": "", "\xff123456": "",
		strings.Repeat(" ", 100) + "123456": "",
	} {
		if got := Clean(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

// Whatever codes come in whatever order, no step is taken twice, none later than
// a taken one comes back, none outside the reach is taken, and the window stays
// two steps wide, but for the moment before a step.
func TestFindTakesEveryStepOnceAndOnlyNearNow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_700_000_000, 0)
		c := Clock{}
		var hinted int64
		c.Hinted = func(step int64) (bool, error) { return hinted == step, nil }
		for range rapid.IntRange(1, 60).Draw(t, "codes") {
			now = now.Add(time.Duration(rapid.IntRange(0, 75).Draw(t, "pause")) * time.Second)
			step := Step(now) + int64(rapid.IntRange(-4, 3).Draw(t, "offset"))
			code, err := Code(rfcSecret, step)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Find(rfcSecret, code, now, c)
			if err != nil {
				t.Fatal(err)
			}
			switch m.Verdict {
			case Right:
				offset := m.Step - Step(now)
				if m.Step != step || m.Step <= c.Last || offset < -2 || offset > 1 {
					t.Fatalf("took step %d (offset %d) after %d", m.Step, offset, c.Last)
				}
				if m.Drift < -1 || m.Drift > 1 || offset > m.Drift+(Step(now.Add(Lead))-Step(now)) || offset < m.Drift-1 {
					t.Fatalf("drift %d after offset %d", m.Drift, offset)
				}
				if m.Drift != c.Drift && hinted != m.Step-1 {
					t.Fatalf("learned a drift from one code")
				}
				c.Last, c.Drift = m.Step, m.Drift
			case Aside:
				hinted = m.Step
			}
		}
	})
}

// A phone that is a few seconds fast is never refused, and one that is further
// off still has to show two codes in a row.
func TestPhoneThatIsSlightlyFastIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	begin := time.Unix(1_700_000_010, 0) // of a step
	for at := range 60 {
		for _, fast := range []int{0, 1, 5, 10, 11, 20, 29} {
			now := begin.Add(time.Duration(at) * time.Second)
			code, err := Code(rfcSecret, Step(now.Add(time.Duration(fast)*time.Second)))
			if err != nil {
				t.Fatal(err)
			}
			m, err := Find(rfcSecret, code, now, Clock{})
			if err != nil {
				t.Fatal(err)
			}
			left := 30 - at%30 // seconds until the next step
			if want := left > fast || left <= int(Lead/time.Second); (m.Verdict == Right) != want {
				t.Errorf("%d s into a step, %d s fast: verdict %d, taken want %t", at%30, fast, m.Verdict, want)
			}
		}
	}
}
