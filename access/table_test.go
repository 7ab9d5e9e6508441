package access

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// A table is as a map is, whatever is put in and taken out, and however many ids
// have the same hash.
func TestTableIsAsAMapIs(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for _, hashes := range []uint64{1, 3, 1 << 40} {
		var now *table
		want := map[string]string{}
		has := func(of *table, i uint64) string {
			record, id := of.find(fmt.Sprint("usr_", i), i%hashes)
			if record != nil && string(record[:id]) != fmt.Sprint("usr_", i) {
				t.Fatalf("the record of %d begins with %q", i, record[:id])
			}
			return string(record[id:])
		}
		for n := range 600 {
			i := dice.Uint64N(500)
			name, rest := fmt.Sprint("usr_", i), []byte(fmt.Sprint("what ", n, " brought"))
			if delete(want, name); dice.IntN(3) == 0 {
				rest = nil
			} else {
				want[name] = string(rest)
			}
			before, had := now, has(now, i)
			now = now.with(name, i%hashes, rest)
			if has(before, i) != had {
				t.Fatal("what was there before has changed")
			}
			for i := range uint64(500) {
				if got := has(now, i); got != want[fmt.Sprint("usr_", i)] {
					t.Fatalf("%d is %q, want %q", i, got, want[fmt.Sprint("usr_", i)])
				}
			}
		}
		listed := 0
		for record, id := range now.all {
			if listed++; want[string(record[:id])] != string(record[id:]) {
				t.Errorf("%q is listed", record)
			}
		}
		if now.number() != len(want) || listed != len(want) {
			t.Errorf("%d and %d of %d", now.number(), listed, len(want))
		}
	}
}

// Who is replaced again and again leaves nothing behind.
func TestATableHasNoGaps(t *testing.T) {
	t.Parallel()
	var now *table
	for i := range 1000 {
		now = now.with("usr_often", 7, []byte(fmt.Sprint(i)))
	}
	if one := &now[7]; one.number != 1 || len(one.bytes) > 20 || len(one.slots) > 4 {
		t.Errorf("%d bytes and %d slots for %d records", len(one.bytes), len(one.slots), one.number)
	}
}

// A slice whose elements hold pointers is walked by every garbage collection.
func TestPrincipalsGiveTheGarbageCollectorNothingToWalk(t *testing.T) {
	t.Parallel()
	for _, of := range []reflect.Type{reflect.TypeFor[part](), reflect.TypeFor[collected]()} {
		for _, field := range reflect.VisibleFields(of) {
			kind := field.Type
			if kind.Kind() == reflect.Slice {
				kind = kind.Elem()
			}
			if !field.Anonymous && !plain(kind) {
				t.Errorf("%v.%s holds pointers", of, field.Name)
			}
		}
	}
}

func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Uint8, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if !plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return false
}

// What is gathered in any order is what is packed at once.
func TestWhatIsGatheredIsWhatIsPacked(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 4))
	var g gathering
	disabled, members, grants := map[string]bool{}, map[string][]Membership{}, map[string][]Grant{}
	for range 5000 {
		who := Subject{User, fmt.Sprint("usr_", dice.IntN(700))}
		switch dice.IntN(4) {
		case 0:
			disabled[who.ID] = dice.IntN(2) == 0
			g.principal(Principal{who, disabled[who.ID]})
		case 1:
			m := Membership{who, Subject{Group, fmt.Sprint("g", dice.IntN(9))}, Window{}}
			members[who.ID] = append(members[who.ID], m)
			g.membership(&m)
		default:
			one := Grant{Subject: who, Role: fmt.Sprint("r", dice.IntN(200)), Org: fmt.Sprint(dice.IntN(3))}
			grants[who.ID] = append(grants[who.ID], one)
			g.grant(&one)
		}
	}
	made, number := g.table(User.actor()), 0
	for i := range 700 {
		name := fmt.Sprint("usr_", i)
		want := packPrincipal(disabled[name], members[name], grants[name])
		if want != nil {
			number++
		}
		record, id := made.find(name, hashOf(name))
		if string(record[id:]) != string(want) {
			t.Errorf("%s is packed as %q, want %q", name, record[id:], want)
		}
	}
	if made.number() != number || g.table(Client.actor()) != nil {
		t.Errorf("there are %d of %d, and clients: %v", made.number(), number, g.table(Client.actor()) != nil)
	}
	for i := range made {
		if one := &made[i]; cap(one.bytes) > len(one.bytes)+len(one.bytes)/4+binary.MaxVarintLen64 {
			t.Errorf("part %d has room for %d bytes and %d in it", i, cap(one.bytes), len(one.bytes))
		}
	}
}
