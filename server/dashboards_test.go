package server

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"gatehouse/internal/testconfig"
)

// served lists all metrics of ours that a server has, with their labels, as it serves them.
func served(t *testing.T) map[string]map[string]bool {
	t.Helper()
	cfg := testconfig.New(t)
	cfg.Redis.URL = "unix://" + t.TempDir() + "/nobody.sock"
	r := start(t, cfg, Options{})
	m := r.server.metrics // what has labels is served once something was counted
	m.observe("GET /", "GET", 200, 0)
	m.TokenIssued("authorization_code")
	m.TokenRefused("authorization_code", "invalid_grant")
	m.Decided("allow")
	m.GateDecided("orders", "allow")
	m.GateServed("orders", "GET", 200, 0)
	m.GateUpstream("shop", "answered")
	m.GateTargets("shop", 1, 0)
	m.parted.WithLabelValues("orders", "done")
	_, text := fetch(t, "http://"+r.internal+"/metrics")
	all := map[string]map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^([a-z_]+)(?:\{([^}]*)\})? `).FindAllStringSubmatch(text, -1) {
		if all[line[1]] == nil {
			all[line[1]] = map[string]bool{}
		}
		for _, label := range regexp.MustCompile(`([a-z_]+)="`).FindAllStringSubmatch(line[2], -1) {
			all[line[1]][label[1]] = true
		}
	}
	return all
}

var (
	metricInQuery = regexp.MustCompile(`\b((?:gatehouse|process|go)_[a-z_]+)(\{[^}]*\})?`)
	labelInQuery  = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)`)
	byInQuery     = regexp.MustCompile(`\bby \(([^)]*)\)`)
)

// What is drawn and what alerts is there, by the labels that it is asked for.
func TestDashboardAndAlertsAskForWhatIsServed(t *testing.T) {
	t.Parallel()
	metrics := served(t)
	queries := append(queriesOfDashboard(t), queriesOfRules(t)...)
	if len(queries) < 40 {
		t.Fatalf("%d queries were found: they are looked for in the wrong way", len(queries))
	}
	for _, query := range queries {
		found := metricInQuery.FindAllStringSubmatch(query, -1)
		if len(found) == 0 {
			t.Errorf("%s asks for nothing of ours", query)
		}
		given := map[string]bool{"job": true, "instance": true} // by Prometheus
		for _, m := range found {
			labels, there := metrics[m[1]]
			if !there {
				t.Errorf("%s asks for %s, which is not served", query, m[1])
			}
			for _, label := range labelInQuery.FindAllStringSubmatch(m[2], -1) {
				if !labels[label[1]] && label[1] != "job" {
					t.Errorf("%s asks for the label %s, which %s has not", query, label[1], m[1])
				}
			}
			for label := range labels {
				given[label] = true
			}
		}
		for _, by := range byInQuery.FindAllStringSubmatch(query, -1) {
			for label := range strings.SplitSeq(by[1], ",") {
				if label = strings.TrimSpace(label); !given[label] {
					t.Errorf("%s is by %s, which none of its metrics has", query, label)
				}
			}
		}
	}
}

// Each metric of ours is drawn, or alerts: one that nobody sees says nothing to anybody.
func TestEveryMetricIsDrawnOrAlerts(t *testing.T) {
	t.Parallel()
	queries := strings.Join(append(queriesOfDashboard(t), queriesOfRules(t)...), "\n")
	for name := range served(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count")
		if strings.HasPrefix(name, "gatehouse_") && !regexp.MustCompile(base+`(_bucket)?[^a-z_]`).MatchString(queries) {
			t.Errorf("neither the dashboard nor an alert asks for %s", name)
		}
	}
}

func queriesOfDashboard(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../deploy/grafana/gatehouse.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}

func queriesOfRules(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../deploy/prometheus/gatehouse.rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for _, g := range d.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || r.Annotations["summary"] == "" {
				t.Errorf("%+v says nothing", r)
			}
			all = append(all, r.Expr)
		}
	}
	return all
}

// Every metric of ours is told of on the page for operators, and that page tells of no other.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	metrics := served(t)
	for name := range metrics {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if strings.HasPrefix(name, "gatehouse_") && !strings.Contains(string(page), base) {
			t.Errorf("docs/operate.md does not tell of %s", base)
		}
	}
	for _, m := range regexp.MustCompile("`(gatehouse_[a-z_]+)").FindAllStringSubmatch(string(page), -1) {
		if metrics[m[1]] == nil && metrics[m[1]+"_bucket"] == nil && !notMetrics[m[1]] {
			t.Errorf("docs/operate.md tells of %s, which is not served", m[1])
		}
	}
}

// notMetrics are names on that page that begin as ours do.
var notMetrics = map[string]bool{"gatehouse_session_": true}
