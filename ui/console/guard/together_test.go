package guard

import (
	"errors"
	"testing"

	"gatehouse/fault"
)

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	err := Together(nil, Wrong("a", "is needed"), Wrong("b", "is needed"))
	if f, ok := errors.AsType[*fault.Error](err); !ok || len(f.Fields) != 2 {
		t.Errorf("%v", err)
	}
	broken := errors.New("the store is away")
	if err := Together(Wrong("a", "is needed"), broken); !errors.Is(err, broken) {
		t.Errorf("an outage is told as %v", err)
	}
	taken := &fault.Error{Kind: fault.Conflict, Code: "x.exists", Fields: []fault.Field{{Name: "b", Problem: "is taken"}}}
	if err := Together(Wrong("a", "is needed"), taken); !errors.Is(err, taken) {
		t.Errorf("what is taken is told as %v", err)
	}
	if err := Together(nil, nil); err != nil {
		t.Errorf("nothing is wrong, and it says %v", err)
	}
}
