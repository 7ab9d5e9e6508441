package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/wire"
)

// Proofs looks whether the audit log is what was recorded, and proves it; *house.House
// does.
type Proofs interface {
	// VerifyTrail looks at all of it. went may be nil.
	VerifyTrail(ctx context.Context, went func(done, total int64) error) (wire.Verdict, error)
	Prover() *audit.Prover
	// Eraser takes people who were deleted out of the audit log.
	Eraser() *audit.Eraser
	// Checkpoints returns checkpoints that are larger than after, the smallest first.
	Checkpoints(ctx context.Context, after int64, limit int) ([]audit.Checkpoint, error)
}

// auditLog adds the routes of what was recorded. The log is about everybody: whoever may
// read it sees all of it.
func (d *Door) auditLog() {
	const all = "/audit"
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listAuditEvents", Permission: "audit:read", Summary: "List what was done and what was refused, newest first"}, d.listEvents)
	add(d, Route{Method: http.MethodGet, Path: all + "/histogram", ID: "getAuditHistogram", Permission: "audit:read", Summary: "Count what was done and what was refused, by days or hours, of the last 31 days or since and until, a month at the most"}, d.getHistogram)
	add(d, Route{Method: http.MethodGet, Path: all + "/export", ID: "exportAuditEvents", Permission: "audit:export", Summary: "Take the audit log along, newest first, as lines of JSON or as CSV in which nothing is a formula", Lasting: true}, d.exportEvents)
	add(d, Route{Method: http.MethodGet, Path: all + "/verification", ID: "verifyAudit", Permission: "audit:verify", Summary: "Look at all of the audit log: whether it is what was recorded", Lasting: true}, d.verifyAudit)
	add(d, Route{Method: http.MethodGet, Path: all + "/checkpoints", ID: "listAuditCheckpoints", Permission: "audit:verify", Summary: "List the signed heads of the audit log, the smallest first"}, d.listCheckpoints)
	add(d, Route{Method: http.MethodGet, Path: all + "/checkpoints/{size}/consistency", ID: "proveAuditConsistency", Permission: "audit:verify", Summary: "Prove to whoever kept a checkpoint that the log still begins with what it was about", Heavy: true}, d.proveConsistency)
	add(d, Route{Method: http.MethodGet, Path: all + "/{event}", ID: "getAuditEvent", Permission: "audit:read", Summary: "See one event"}, d.getEvent)
	add(d, Route{Method: http.MethodPost, Path: all + "/erase", ID: "eraseFromAudit", Permission: "audit:erase", Summary: "Erase what the audit log holds of a person who was deleted, but that something happened, when and to whom by id", Idempotent: true, Lasting: true}, d.eraseFromAudit)
	add(d, Route{Method: http.MethodGet, Path: all + "/{event}/proof", ID: "proveAuditEvent", Permission: "audit:read", Summary: "Prove to a stranger that an event was recorded", Heavy: true}, d.proveEvent)
}

// AuditFilter says which events are wanted: all that is said must be so.
type AuditFilter struct {
	Target   string `query:"target" maxLength:"300" doc:"What it was done to, as KIND:ID: grant:gra_…, user:usr_…, client:web. Of a person and of an application, all that concerns them"`
	Resource string `query:"resource" maxLength:"300" doc:"The same as target, as it was called before"`
	Actor    string `query:"actor" maxLength:"300" doc:"Who did it, as KIND or KIND:ID: person:usr_…, service:ci, console"`
	Action   string `query:"action" maxLength:"64" doc:"What was done, user.create; or all that begins so: user. or user"`
	Outcome  string `query:"outcome" enum:"done,refused"`
	Reason   string `query:"reason" maxLength:"64" doc:"Why it was refused, as events say it: wrong, forbidden"`
	IP       string `query:"ip" maxLength:"64" doc:"The address from which it came"`
	Client   string `query:"client" maxLength:"128" doc:"The application that it concerns, by its client_id"`
	Since    string `query:"since" maxLength:"64" format:"date-time" doc:"At that time or after"`
	Until    string `query:"until" maxLength:"64" format:"date-time" doc:"Before that time"`
}

// reasonLetters are what a reason is made of.
const reasonLetters = "abcdefghijklmnopqrstuvwxyz0123456789_"

// auditQuery is the filter as the trail takes it.
func (d *Door) auditQuery(ctx context.Context, c *Call, f *AuditFilter) (q audit.Query, err error) {
	q.Outcome, q.Reason, q.Client = audit.Outcome(f.Outcome), audit.Reason(f.Reason), id.Client(f.Client)
	if f.Target != "" && f.Resource != "" {
		return q, invalid(aParameter+"resource", "is target by another name: only one of the two may be there")
	}
	if text := f.Target + f.Resource; text != "" {
		var ok bool
		if q.Target, ok = audit.ParseTarget(text); !ok {
			return q, invalid(aParameter+f.target(), "must be KIND:ID, such as grant:gra_…")
		}
	}
	if f.Actor != "" {
		var ok bool
		if q.ActorKind, q.ActorID, ok = audit.ParseActor(f.Actor); !ok {
			return q, invalid(aParameter+"actor", "must be KIND or KIND:ID, where KIND is client, console, house, nobody, person or service")
		}
	}
	if strings.Trim(f.Reason, reasonLetters) != "" {
		return q, invalid(aParameter+"reason", "must be a reason as events say it, such as wrong or forbidden")
	}
	if f.IP != "" {
		ip, err := netip.ParseAddr(f.IP)
		if err != nil {
			return q, invalid(aParameter+"ip", "must be an address, such as 192.0.2.7 or 2001:db8::7")
		}
		q.IP = ip.Unmap().String()
	}
	if q.Since, q.Until, err = period(f.Since, f.Until); err != nil {
		return q, err
	}
	if q.Actions, err = d.actions(ctx, f.Action); err != nil {
		return q, err
	}
	return q, d.audited(ctx, c, f.target(), q)
}

// target is the parameter that says what it was done to, as it came.
func (f *AuditFilter) target() string {
	if f.Resource != "" {
		return "resource"
	}
	return "target"
}

// period reads the two times between which a list is. One in which nothing can be is
// refused: the empty list would look like an answer.
func period(since, until string) (from, to time.Time, err error) {
	if from, err = moment("since", since); err != nil {
		return from, to, err
	}
	if to, err = moment("until", until); err != nil {
		return from, to, err
	}
	if !to.IsZero() && !from.Before(to) {
		return from, to, invalid(aParameter+"until", "must be after since")
	}
	return from, to, nil
}

// moment reads a time of the query, the zero time where there is none.
func moment(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, ok := momentOf(text)
	if !ok {
		return time.Time{}, invalid(aParameter+name, "must be a time such as 2026-03-04T05:06:07Z")
	}
	return at, nil
}

// actions are those that a filter means: of this version, and of what older ones recorded.
func (d *Door) actions(ctx context.Context, text string) (all []audit.Action, err error) {
	if text == "" {
		return nil, nil
	}
	known, err := d.Trail.Actions(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range d.Audited {
		known = append(known, one.Action)
	}
	for _, a := range known {
		thing, _, _ := strings.Cut(string(a), ".")
		if (string(a) == text || thing == strings.TrimSuffix(text, ".")) && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return nil, invalid(aParameter+"action", "must be an action, such as user.create, or what several begin with, such as user")
	}
	return all, nil
}

type eventsIn struct {
	Paged
	AuditFilter
}

func (d *Door) listEvents(ctx context.Context, c *Call, in *eventsIn) (*Page[wire.Event], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	q, err := d.auditQuery(ctx, c, &in.AuditFilter)
	if err != nil {
		return nil, err
	}
	var ok bool
	if q.After, ok = audit.ParseCursor(place); !ok {
		return nil, badCursor()
	}
	found, next, err := d.Trail.Page(ctx, q, in.Limit)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, next.String(), func(e audit.Event) wire.Event {
		shown := wire.OfEvent(e)
		shown.Cursor = "" // a page has one of its own, which is for its caller alone
		return shown
	})
}

type eventIn struct {
	Event string `path:"event" maxLength:"64" doc:"The id of the event, evt_…"`
	Partial
}

// getEvent seals what waits if it must, so that what happened a moment ago is found.
func (d *Door) getEvent(ctx context.Context, _ *Call, in *eventIn) (*One[wire.Event], error) {
	e, found, err := d.Trail.Event(ctx, id.Event(in.Event))
	if err == nil && !found {
		if err = audit.WhetherSealed(d.Sealer.Seal(ctx, time.Now())); err == nil {
			e, found, err = d.Trail.Event(ctx, id.Event(in.Event))
		}
	}
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fault.Missing("event")
	}
	shown := wire.OfEvent(e)
	shown.Cursor = ""
	return &One[wire.Event]{Body: shown}, nil
}

// AuditErase says who is to be taken out of the audit log.
type AuditErase struct {
	User string `json:"user" maxLength:"64" doc:"The id of the person who was deleted, usr_…"`
}

type eraseIn struct{ Body AuditErase }

// eraseFromAudit may be asked for again: what was interrupted goes on.
func (d *Door) eraseFromAudit(ctx context.Context, c *Call, in *eraseIn) (*One[wire.Erased], error) {
	person := id.UserOf(in.Body.User)
	known, _, err := d.Trail.Page(ctx, audit.Query{Target: audit.OfUser(person)}, 1)
	if err != nil {
		return nil, err
	}
	if person == "" || len(known) == 0 {
		return nil, fault.Missing("user")
	}
	n, err := d.Proofs.Eraser().Erase(ctx, c.By, person)
	if errors.Is(err, audit.ErrForged) {
		err = fault.Wrap(err, fault.Conflict, "audit.forged", fmt.Sprintf("%d events hold nothing of this person any more. Others are not what was recorded, and stay as they are: see what the verification says.", n))
	}
	if err != nil {
		return nil, err
	}
	return &One[wire.Erased]{Body: wire.Erased{ID: person, Events: n}}, nil
}

type exportIn struct {
	AuditFilter
	Format string `query:"format" enum:"ndjson,csv" default:"ndjson"`
}

// The media types of an export.
const (
	kindLines = "application/x-ndjson"
	kindCSV   = "text/csv"
)

func (d *Door) exportEvents(ctx context.Context, c *Call, in *exportIn) (*Stream, error) {
	q, err := d.auditQuery(ctx, c, &in.AuditFilter)
	if err != nil {
		return nil, err
	}
	s := &Stream{kind: kindLines, name: "audit.ndjson", log: d.Log}
	s.each = func(w io.Writer) error { return wire.ExportLines(w, d.Trail.All(ctx, q)) }
	if in.Format == "csv" {
		s.kind, s.name = kindCSV, "audit.csv"
		s.each = func(w io.Writer) error { return wire.ExportCSV(w, d.Trail.All(ctx, q)) }
	}
	return s, nil
}

func (d *Door) verifyAudit(ctx context.Context, _ *Call, _ *struct{}) (*One[wire.Verdict], error) {
	v, err := d.Proofs.VerifyTrail(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &One[wire.Verdict]{Body: v}, nil
}

func (d *Door) listCheckpoints(ctx context.Context, c *Call, in *Paged) (*Page[wire.Checkpoint], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	after, err := strconv.ParseInt("0"+place, 10, 64)
	if err != nil {
		return nil, badCursor()
	}
	found, err := d.Proofs.Checkpoints(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit {
		found = found[:in.Limit]
		next = strconv.FormatInt(found[in.Limit-1].Size, 10)
	}
	return pageOf(d, c, found, next, wire.OfCheckpoint)
}

type consistencyIn struct {
	Size int `path:"size" minimum:"1" doc:"How many entries the checkpoint is about"`
}

// proveConsistency seals what waits, as proveEvent does, so that what happened a moment ago
// can be proved.
func (d *Door) proveConsistency(ctx context.Context, _ *Call, in *consistencyIn) (*One[wire.ConsistencyProof], error) {
	if err := audit.WhetherSealed(d.Sealer.Seal(ctx, time.Now())); err != nil {
		return nil, err
	}
	proof, err := d.Proofs.Prover().Since(ctx, int64(in.Size))
	if err != nil {
		return nil, err
	}
	return &One[wire.ConsistencyProof]{Body: wire.OfConsistency(proof)}, nil
}

type proofIn struct {
	Event   string `path:"event" maxLength:"64" doc:"The id of the event, evt_…"`
	Details bool   `query:"details" doc:"Hand over address, user agent and documents, too"`
}

func (d *Door) proveEvent(ctx context.Context, _ *Call, in *proofIn) (*One[wire.EventProof], error) {
	if err := audit.WhetherSealed(d.Sealer.Seal(ctx, time.Now())); err != nil {
		return nil, err
	}
	proof, err := d.Proofs.Prover().Event(ctx, id.Event(in.Event), in.Details)
	if err != nil {
		return nil, err
	}
	return &One[wire.EventProof]{Body: wire.OfEventProof(proof)}, nil
}
