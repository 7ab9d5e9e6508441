package proxy

import (
	"log/slog"
	"sync"
	"time"

	"gatehouse/web"
)

// described keeps what lines of the log are made of: there is one for each request, and to make
// it anew each time costs more than to decide.
var described = sync.Pool{New: func() any {
	attrs := make([]slog.Attr, 0, mostAttrs)
	return &attrs
}}

// mostAttrs is how many a line has at most.
const mostAttrs = 24

// longestPath is how much of a path stands in the log.
const longestPath = 200

// log writes a line for the request: what was decided, and by what. The query, which may
// hold what is nobody's business, is left out. The handler of the log writes the line at
// once, and keeps nothing of it.
func (p *passage) log(route string) {
	to, ctx, now := p.door.Log.Handler(), p.r.Context(), time.Now()
	if !to.Enabled(ctx, slog.LevelInfo) {
		return
	}
	kept := described.Get().(*[]slog.Attr)
	attrs := p.decision.describe(p.describe((*kept)[:0], route, now))
	line := slog.NewRecord(now, slog.LevelInfo, "gate", 0)
	line.AddAttrs(slog.Attr{Value: slog.GroupValue(attrs...)}) // a group without a name is its attributes
	_ = to.Handle(ctx, line)                                   // there is nowhere to say that the log cannot be written
	clear(attrs)
	*kept = attrs
	described.Put(kept)
}

// describe appends what is known of the request and its answer.
func (p *passage) describe(attrs []slog.Attr, route string, now time.Time) []slog.Attr {
	path := p.request.path.String()
	if path == "" {
		path, _, _ = cutQuery(p.r.RequestURI)
	}
	attrs = append(attrs,
		slog.String("request_id", string(p.info.ID)), slog.String("ip", p.info.IP), slog.String("method", web.Method(p.r.Method)),
		slog.String("host", p.request.host), slog.String("path", path[:min(len(path), longestPath)]), slog.String("route", route),
		slog.Int("status", p.status.code), slog.Int64("took_us", now.Sub(p.start).Microseconds()),
	)
	if p.edge != nil {
		attrs = append(attrs, slog.String("edge", p.edge.ID))
	}
	if p.stream != nil {
		attrs = append(attrs, slog.String("stream", p.stream.kind), slog.String("ended", p.stream.why()))
	}
	return attrs
}

// describe appends what was decided, nothing where nothing was.
func (v *verdict) describe(attrs []slog.Attr) []slog.Attr {
	if v.outcome == "" {
		return attrs
	}
	attrs = append(attrs, slog.String("decision", v.outcome), slog.String("permission", v.permission))
	if v.subject.ID != "" {
		attrs = append(attrs, slog.String("sub", v.subject.ID), slog.String("kind", string(v.subject.Kind)))
	}
	if v.via != "" {
		attrs = append(attrs, slog.String("via", v.via))
	}
	if d := &v.decision; d.Reason != "" {
		attrs = append(attrs, slog.String("reason", string(d.Reason)), slog.String("grant", string(d.Grant)), slog.Uint64("pv", d.Version))
	}
	if v.passes() {
		attrs = append(attrs, slog.Bool("shadow", true), slog.String("code", v.why))
	}
	if v.stale {
		attrs = append(attrs, slog.Bool("stale", true))
	}
	if v.own {
		attrs = append(attrs, slog.Bool("own", true))
	}
	if v.filter != "" {
		attrs = append(attrs, slog.Bool("filter", true))
	}
	return attrs
}
