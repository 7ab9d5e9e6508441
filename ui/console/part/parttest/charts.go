package parttest

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/part"
)

func charts() gallery {
	f := frame("Overview")
	f.Crumbs = nil
	stats := []part.Stat{
		{Label: "Sign-ins today", Value: "1,284", Change: "6 % more than last Saturday", Href: "/console/audit?action=login", Trend: []int{7, 9, 8, 12, 11, 14, 13}, Tone: part.Good},
		{Label: "Refused sign-ins", Value: "37", Change: "22 from one address", Href: "/console/audit?result=refused", Tone: part.Bad},
		{Label: "Live sessions", Value: "892"},
		{Label: "Grants ending this week", Value: "19", Change: "4 of them today", Href: "/console/grants?ending=7d", Tone: part.Warn, Trend: []int{3, 3, 3}},
	}
	days := part.Chart{ID: "signins", Title: "Sign-ins by day", Says: "Between 66 and 112 sign-ins a day, at most 28 of them refused", Series: []part.Series{{Label: "signed in"}, {Label: "refused", Tone: part.Bad}}}
	hours := part.Chart{ID: "hours", Title: "Events by hour", Says: "Most events are between 9 and 17", Axis: "Hour", Low: true, Series: []part.Series{{Label: "events"}}}
	for i := range 30 {
		days.Bars = append(days.Bars, part.Bar{Label: fmt.Sprintf("%d March", i+1), Values: []int{66 + (i*37)%47, (i * 13) % 29}, Href: fmt.Sprintf("/console/audit?day=%d", i+1)})
	}
	for i := range 24 {
		hours.Bars = append(hours.Bars, part.Bar{Label: fmt.Sprintf("%d:00", i), Values: []int{max(0, 900-(i-13)*(i-13)*11)}})
	}
	share := part.Chart{ID: "factors", Title: "Second factors", Series: []part.Series{{Label: "have one", Tone: part.Good}, {Label: "have none", Tone: part.Warn}}, Bars: []part.Bar{{Label: "Administrators", Values: []int{7, 2}}, {Label: "Everybody", Values: []int{611, 489}}}}
	day := 24 * time.Hour
	lives := part.Timeline{ID: "keys", Title: "Signing keys", Says: "Three keys, one after the other", From: now.Add(-100 * day), Until: now.Add(100 * day), Now: now, Spans: []part.Span{
		{Label: "es256-0c1", Note: "ES256", From: now.Add(-95 * day), Until: now.Add(20 * day), Badge: part.Badge{Label: "Verifies", Tone: part.Plain}},
		{Label: "es256-7fa", Href: "/console/keys/es256-7fa", Note: "ES256", From: now.Add(-10 * day), Until: now.Add(80 * day), Badge: part.Badge{Label: "Signs", Tone: part.Good}},
		{Label: "es256-b20", Note: "ES256", From: now.Add(70 * day), Badge: part.Badge{Label: "Announced", Tone: part.Warn}},
	}}
	strip := part.Strip{Label: "Endings in the next 14 days"}
	for i := range 14 {
		at := now.Add(time.Duration(i) * day)
		strip.Days = append(strip.Days, part.Day{Name: at.Format("Mon 2"), Date: at.Format("Monday, 2 January"), Href: "/console/grants?on=" + at.Format("2006-01-02"), Count: (i * 5) % 7, Today: i == 0})
	}
	month := part.Calendar{ID: "month", Caption: "March 2026", Month: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Before: part.Link{Label: "February 2026", Href: "/console/grants/calendar?month=2026-02"}, Next: part.Link{Label: "April 2026", Href: "/console/grants/calendar?month=2026-04"}}
	for i := range 31 {
		month.Days = append(month.Days, part.Date{Count: (i * 7) % 11 * (i % 3), More: i == 20, Today: i == 13, Href: fmt.Sprintf("/console/grants?day=2026-03-%02d", i+1)})
	}
	m := matrix("matrix", "")
	edit := matrix("edit", "/console/matrix")
	return gallery{Title: "Overview", Frame: f, Data: []any{stats, days, hours, share, lives, strip, month, m, edit}, Made: []string{"AE", "Sign-ins", "Hours", "Keys", "Factors", "Endings"}, body: templ.Join(
		part.Tiles(stats), part.Bars(days), part.Bars(hours),
		within(part.Panel("factors-head", "Factors", "", nil), part.Share(share)), within(part.Panel("keys-head", "Keys", "", nil), part.Lives(lives)),
		within(part.Panel("endings", "Endings", "", nil), part.Endings(strip)), part.Month(month), part.Grid(m), part.Grid(edit),
	)}
}

func matrix(id, action string) part.Matrix {
	m := part.Matrix{ID: id, Caption: "Permissions by role " + id, Corner: "Permission", Action: action, Token: FormToken, Do: []part.Button{{Label: "Review changes", Main: true}}}
	for _, role := range []string{"viewer", "support", "refunder", "editor", "operator", "administrator"} {
		m.Columns = append(m.Columns, part.Link{Label: role, Href: "/console/roles/" + role})
	}
	for _, group := range []string{"shop/orders", "grafana/dashboards"} {
		g := part.MatrixGroup{Label: group}
		for i, do := range []string{"read", "write", "delete"} {
			r := part.MatrixRow{Label: do, Code: group + ":" + do, Href: "/console/permissions/" + do}
			for c := range m.Columns {
				cell := part.MatrixCell{Held: part.Held((i + c) % 3), Value: fmt.Sprintf("%d.%s.%d", i, group, c)}
				if cell.Held == part.Inherited {
					cell.From, cell.Value = "viewer", ""
				}
				r.Cells = append(r.Cells, cell)
			}
			g.Rows = append(g.Rows, r)
		}
		m.Groups = append(m.Groups, g)
	}
	return m
}
