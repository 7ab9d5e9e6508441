package admin

import (
	"context"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/setting"
	"gatehouse/wire"
)

// The spans of a histogram: how long it is at most and without since, and up to which length its
// bars are hours.
const (
	chartedAtMost = 31 * setting.Day
	chartedByHour = 2 * setting.Day
)

type histogramIn struct{ AuditFilter }

// getHistogram counts what is asked for by kinds of events alone in what is counted behind the log,
// and the rest in the log itself, as far as an index leads there in few steps.
func (d *Door) getHistogram(ctx context.Context, c *Call, in *histogramIn) (*One[wire.Histogram], error) {
	q, err := d.auditQuery(ctx, c, &in.AuditFilter)
	if err != nil {
		return nil, err
	}
	drawn := drawnOf(q, time.Now())
	if drawn.step == setting.Day && countedOf(&in.AuditFilter) {
		return d.counted(ctx, q, drawn)
	}
	q.Since, q.Until = drawn.since, drawn.until
	times, whole, err := d.Trail.Times(ctx, q)
	if err != nil {
		return nil, err
	}
	if !whole {
		return &One[wire.Histogram]{Body: wire.Histogram{Step: drawn.name(), Bars: []wire.HistogramBar{}}}, nil
	}
	told := drawn.empty()
	for _, at := range times {
		told.Bars[drawn.bar(at)].N++
	}
	return &One[wire.Histogram]{Body: told}, nil
}

// countedOf reports whether what is counted behind the log knows all that a filter asks.
func countedOf(f *AuditFilter) bool { return f.Target+f.Resource+f.Actor+f.Reason+f.IP+f.Client == "" }

// counted is a histogram of what was counted by days, a few seconds ago.
func (d *Door) counted(ctx context.Context, q audit.Query, drawn drawn) (*One[wire.Histogram], error) {
	found, err := d.Figures.Tallies(ctx, drawn.since, drawn.until)
	if err != nil {
		return nil, err
	}
	told := drawn.empty()
	for _, t := range found {
		is := t.Outcome == audit.Done || t.Outcome == audit.Refused
		if is && (q.Outcome == "" || t.Outcome == q.Outcome) && (q.Actions == nil || slices.Contains(q.Actions, audit.Action(t.What))) && t.What != d.Figures.Names().Gate {
			told.Bars[drawn.bar(t.Day)].N += t.N
		}
	}
	return &One[wire.Histogram]{Body: told}, nil
}

// drawn is the span of a histogram, in whole steps.
type drawn struct {
	since, until time.Time
	step         time.Duration
}

func drawnOf(q audit.Query, now time.Time) drawn {
	is := drawn{since: q.Since, until: q.Until, step: setting.Day}
	if is.until.IsZero() || is.until.After(now) {
		is.until = now
	}
	if is.since.IsZero() || is.until.Sub(is.since) > chartedAtMost {
		is.since = is.until.Add(time.Minute - chartedAtMost)
	}
	if is.since.After(is.until) {
		is.since = is.until
	}
	if is.until.Sub(is.since) <= chartedByHour {
		is.step = time.Hour
	}
	is.since = is.since.UTC().Truncate(is.step)
	if end := is.until.UTC().Truncate(is.step); end.Before(is.until) || !end.After(is.since) {
		is.until = end.Add(is.step)
	}
	return is
}

func (d drawn) name() string {
	if d.step == time.Hour {
		return "hour"
	}
	return "day"
}

// bar is which of the bars a moment is in; one beyond them is in that at the edge.
func (d drawn) bar(at time.Time) int {
	return min(max(int(at.Sub(d.since)/d.step), 0), d.bars()-1)
}

func (d drawn) bars() int { return max(int(d.until.Sub(d.since)/d.step), 1) }

func (d drawn) empty() wire.Histogram {
	told := wire.Histogram{Step: d.name(), Whole: true, Bars: make([]wire.HistogramBar, d.bars())}
	for i := range told.Bars {
		told.Bars[i].At = d.since.Add(time.Duration(i) * d.step)
	}
	return told
}
