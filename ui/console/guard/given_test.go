package guard

import (
	"errors"
	"testing"

	"gatehouse/fault"
)

func TestWhatIsChosenCountsAndWhatIsNotDoesNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, want Given
		wrong       string
	}{
		{Given{}, Given{Gives: "role"}, "role"},
		{Given{Role: "a"}, Given{Gives: "role", Role: "a"}, ""},
		{Given{Permission: "b"}, Given{Gives: "permission", Permission: "b"}, ""},
		{Given{Role: "a", Permission: "b"}, Given{Role: "a", Permission: "b"}, "gives"},
		{Given{Gives: "role", Role: "a", Permission: "b"}, Given{Gives: "role", Role: "a"}, ""},
		{Given{Gives: "permission", Role: "a", Permission: "b"}, Given{Gives: "permission", Permission: "b"}, ""},
		{Given{Gives: "permission", Role: "a"}, Given{Gives: "permission"}, "permission"},
		{Given{Gives: "role", Permission: "b"}, Given{Gives: "role"}, "role"},
	} {
		got := c.typed.Settled()
		if got != c.want {
			t.Errorf("%+v comes to %+v, want %+v", c.typed, got, c.want)
		}
		wrong := ""
		if f, ok := errors.AsType[*fault.Error](got.Missing()); ok {
			wrong = f.Fields[0].Name
		}
		if wrong != c.wrong {
			t.Errorf("of %+v the field %q is wrong, want %q", c.typed, wrong, c.wrong)
		}
	}
}
