package drills

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/identity/intake"
)

// Servers that take in people by a file are killed without warning, one after the other. Whoever
// comes next goes on where the last whole batch ended: everybody is made once, and told of once.
func TestDrillKilledServersTakeInEverybodyOnce(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			w := newWorld(t, backend)
			s := w.stage()
			people, amid := rounds(500, 10_000), 0
			job := s.takeIn(t, people)
			for range rounds(2, 12) {
				before := s.imported(t, job).Done
				p := w.start()
				waitFor(t, "more people", func() bool { now := s.imported(t, job); return now.Done > before || now.State != intake.Running })
				time.Sleep(time.Duration(rand.Int64N(int64(40 * time.Millisecond)))) // amid whatever it does
				p.kill()
				now := s.imported(t, job)
				if now.State == intake.Running {
					amid++
				}
				if now.State == intake.Running && now.Done%25 != 0 || now.Made != now.Done {
					t.Errorf("a killed server left %+v: want some whole batches", now.Tally)
				}
			}
			if amid == 0 {
				t.Error("nobody was killed amid an import: nothing was looked at")
			}
			p := w.start()
			waitFor(t, "the end of the import", func() bool { return s.imported(t, job).State != intake.Running })
			if err := p.terminate(hangs); err != nil {
				t.Error(err)
			}
			if im := s.imported(t, job); im.State != intake.Finished || im.Tally != (intake.Tally{Total: people, Done: people, Made: people}) {
				t.Errorf("it ended as %s, %+v", im.State, im.Tally)
			}
			s.toldOfImport(t, people+1) // the person of the stage, too
		})
	}
}

// takeIn begins to take in so many people.
func (s *stage) takeIn(t *testing.T, people int) intake.Import {
	t.Helper()
	rows := make([]intake.Row, people)
	for i := range rows {
		rows[i] = intake.Row{N: i + 1, Line: i + 2, Person: identity.User{Email: fmt.Sprintf("person-%d@import.test", i)}}
	}
	looked, err := s.house.Intake.Look(background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	im, err := s.house.Intake.Begin(background(), intake.Owner{By: console, Ago: -1}, "people.csv", looked, true)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func (s *stage) imported(t *testing.T, job intake.Import) intake.Import {
	t.Helper()
	im, err := s.house.Intake.Import(background(), job.ID)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// toldOfImport fails unless each person is recorded once, and an import began and ended once.
func (s *stage) toldOfImport(t *testing.T, people int) {
	t.Helper()
	if err := s.house.Sealer.Seal(background(), time.Now()); err != nil {
		t.Fatal(err)
	}
	told, made := map[audit.Action]int{}, map[string]int{}
	for e, err := range s.house.Trail.All(background(), audit.Query{Actions: []audit.Action{identity.ActionUserCreate, intake.ActionBegin, intake.ActionEnd, intake.ActionStop}}) {
		if err != nil {
			t.Fatal(err)
		}
		if told[e.Action]++; e.Action == identity.ActionUserCreate {
			made[e.Target.ID]++
		}
	}
	if told[identity.ActionUserCreate] != people || len(made) != people || told[intake.ActionBegin] != 1 || told[intake.ActionEnd] != 1 || told[intake.ActionStop] != 0 {
		t.Errorf("recorded are %v, of %d people; want %d, one beginning and one end", told, len(made), people)
	}
}
