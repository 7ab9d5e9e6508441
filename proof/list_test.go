package proof

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/id"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func pwd(minutes int, factor id.Factor) Proof {
	return Proof{Method: Password, At: at(minutes), Factor: factor, Source: ByPassword}
}

func otp(minutes int, factor id.Factor) Proof {
	return Proof{Method: OTP, At: at(minutes), Factor: factor, Source: ByAuthenticator}
}

func TestWhatAListIsWorth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		list  List
		level Level
		time  time.Time
		amr   []string
	}{
		"nothing":                   {},
		"a password":                {List{pwd(1, "p")}, AAL1, at(1), []string{"pwd"}},
		"a code alone":              {List{otp(1, "a")}, None, at(1), []string{"otp"}},
		"both":                      {List{otp(2, "a"), pwd(1, "p")}, AAL2, at(1), []string{"pwd", "otp", "mfa"}},
		"the older counts":          {List{pwd(5, "p"), otp(2, "a")}, AAL2, at(2), []string{"pwd", "otp", "mfa"}},
		"the newest of each kind":   {List{pwd(1, "p"), pwd(7, "p"), otp(2, "a"), otp(9, "b")}, AAL2, at(7), []string{"pwd", "otp", "mfa"}},
		"two passwords are one":     {List{pwd(1, "p"), pwd(2, "q")}, AAL1, at(2), []string{"pwd"}},
		"two authenticators are it": {List{otp(1, "a"), otp(2, "b")}, None, at(2), []string{"otp"}},
		"what nobody knows":         {List{{Method: "vibe", At: at(1), Factor: "v"}, pwd(2, "p")}, AAL1, at(2), []string{"pwd"}},
	} {
		if got := c.list.Level(); got != c.level {
			t.Errorf("%s: level %q, want %q", name, got, c.level)
		}
		if got := c.list.AuthTime(); !got.Equal(c.time) {
			t.Errorf("%s: auth_time %v, want %v", name, got, c.time)
		}
		if diff := cmp.Diff(c.amr, c.list.AMR()); diff != "" {
			t.Errorf("%s: amr (-want +got):\n%s", name, diff)
		}
	}
}

func TestAProofDiesWithItsFactor(t *testing.T) {
	t.Parallel()
	list := List{pwd(1, "p"), otp(2, "a"), otp(3, "b"), {Method: OTP, At: at(4)}}
	for name, c := range map[string]struct{ got, want List }{
		"of both":           {list.Of("p", "a", "b"), List{pwd(1, "p"), otp(2, "a"), otp(3, "b")}},
		"one is gone":       {list.Of("p", "a"), List{pwd(1, "p"), otp(2, "a")}},
		"a new one":         {list.Of("p", "c"), List{pwd(1, "p")}},
		"none is left":      {list.Of(), nil},
		"no name is nobody": {list.Of(""), nil},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if len(list) != 4 {
		t.Error("the list itself was changed")
	}
}

func TestMergingKeepsTheNewestOfEachFactor(t *testing.T) {
	t.Parallel()
	got := List{pwd(5, "p"), otp(1, "a")}.Merge(pwd(3, "p"), otp(2, "a"), otp(1, "b"))
	if diff := cmp.Diff(List{pwd(5, "p"), otp(2, "a"), otp(1, "b")}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func anyList(t *rapid.T, name string) List {
	n := rapid.IntRange(0, 5).Draw(t, name)
	var l List
	for range n {
		l = append(l, Proof{
			Method: rapid.SampledFrom([]Method{Password, OTP, "?"}).Draw(t, "method"), At: at(rapid.IntRange(0, 9).Draw(t, "at")),
			Factor: rapid.SampledFrom([]id.Factor{"", "p", "a", "b"}).Draw(t, "factor"),
		})
	}
	return l
}

// More proofs never make a list weaker or older, and fewer never stronger.
func TestMoreProofsNeverProveLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, more := anyList(t, "list"), anyList(t, "more")
		merged := l.Merge(more...)
		if merged.Level() < l.Level() || merged.Level() < more.Level() {
			t.Fatalf("%v and %v make %v", l, more, merged)
		}
		if l.Level() == merged.Level() && merged.AuthTime().Before(l.AuthTime()) && l.Level() != None {
			t.Fatalf("auth_time of %v went back in %v", l, merged)
		}
		if again := merged.Merge(l...).Merge(more...); again.Level() != merged.Level() || !again.AuthTime().Equal(merged.AuthTime()) {
			t.Fatalf("merging again changes %v to %v", merged, again)
		}
		for _, f := range []id.Factor{"", "p", "a", "b"} {
			if l.Of(f).Level() > l.Level() {
				t.Fatalf("of %q alone %v proves more", f, l)
			}
		}
	})
}
