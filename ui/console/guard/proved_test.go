package guard

import (
	"testing"

	"gatehouse/ui/words"
	"gatehouse/wire"
)

// A person's access, a check of it, who can reach it, and the simulator say the same.
func TestWhatMustBeProvedIsSaidInOneWay(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Named("en")
	for want, asked := range map[string]*wire.Requirement{
		"":                    nil,
		"After a second step": {ACR: "aal2"},
		"After a second step, 5 minutes old at most": {ACR: "aal2", MaxAge: "5m"},
		"After a sign-in, 1 hour old at most":        {ACR: "aal1", MaxAge: "1h"},
	} {
		if got := After(say, asked); got != want {
			t.Errorf("of %+v it says %q, want %q", asked, got, want)
		}
	}
	if got := After(say, &wire.Requirement{ACR: "aal1"}); got != "" {
		t.Errorf("of any sign-in it says %q", got)
	}
}

func TestWhoHasNoSecondStepIsSaidToHaveNoneWhereOneIsAskedFor(t *testing.T) {
	t.Parallel()
	asked := &wire.Requirement{ACR: "aal2"}
	if !Lacks(asked, false) || Lacks(asked, true) || Lacks(nil, false) || Lacks(&wire.Requirement{MaxAge: "5m"}, false) {
		t.Error("who lacks it is not told apart")
	}
	say := words.Shipped().Named("en")
	if has, none := Step(say, asked, true), Step(say, asked, false); has == none || has == "" || Step(say, nil, false) != "" {
		t.Errorf("it says %q of who has one, and %q of who has none", has, none)
	}
}
