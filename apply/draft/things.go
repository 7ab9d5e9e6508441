package draft

import (
	"context"
	"slices"
	"time"

	"gatehouse/fault"
)

// things are those of one kind, by their ids.
type things[T any] struct {
	all  map[string]T
	list []T // of all; nil: to be made

	code  string // what faults call one of them
	noun  string // what people call it
	taken string // what is said when there is one of the same id
	id    func(one *T) string
	rev   func(one *T) *int64
}

func (t *things[T]) read(ctx context.Context, list func(context.Context) ([]T, error)) error {
	all, err := list(ctx)
	if err != nil {
		return err
	}
	t.all, t.list = make(map[string]T, len(all)), nil
	for i := range all {
		t.all[t.id(&all[i])] = all[i]
	}
	return nil
}

// listed is all of them, in no order. It is shared with others who ask.
func (t *things[T]) listed() []T {
	if t.list == nil {
		t.list = make([]T, 0, len(t.all)+1)
		for _, one := range t.all {
			t.list = append(t.list, one)
		}
	}
	return slices.Clip(t.list)
}

func (t *things[T]) put(one T) { t.all[t.id(&one)], t.list = one, nil }

func (t *things[T]) insert(d *Draft, one T, put func(s Store, ctx context.Context, all []T) error) error {
	if _, taken := t.all[t.id(&one)]; taken {
		return exists(t.code, t.taken)
	}
	t.all[t.id(&one)] = one
	if t.list != nil {
		t.list = append(t.list, one)
	}
	insert(d, put, one)
	return nil
}

func (t *things[T]) update(d *Draft, one T, write func(s Store, ctx context.Context, one T) error) error {
	was, ok := t.all[t.id(&one)]
	if !ok || *t.rev(&was) != *t.rev(&one) {
		return changed(t.noun)
	}
	is := one
	*t.rev(&is)++
	t.put(is)
	d.later(func(ctx context.Context, s Store, _ time.Duration) error { return write(s, ctx, one) })
	return nil
}

func (t *things[T]) remove(d *Draft, name string, write func(s Store, ctx context.Context, name string) error) error {
	if _, ok := t.all[name]; !ok {
		return fault.Missing(t.code)
	}
	delete(t.all, name)
	t.list = nil
	d.later(func(ctx context.Context, s Store, _ time.Duration) error { return write(s, ctx, name) })
	return nil
}

// changed cannot come to be: nobody else writes to a draft.
func changed(noun string) error {
	return fault.New(fault.Conflict, "access.changed", "Somebody else changed this "+noun+" meanwhile. Look at it again.")
}

func exists(code, detail string) error { return fault.New(fault.Conflict, code+".exists", detail) }
