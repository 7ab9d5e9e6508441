package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/testconfig"
)

// A Redis that does not answer is told of, and no reason to take requests away.
func TestReadyzTellsOfARedisThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Redis.URL = "unix://" + t.TempDir() + "/nobody.sock"
	r := start(t, cfg, Options{})
	for deadline := time.Now().Add(2 * time.Minute); ; <-time.After(5 * time.Millisecond) {
		status, body := fetch(t, "http://"+r.internal+"/readyz")
		if status == http.StatusOK && strings.Contains(body, "Redis does not answer") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d %s", status, body)
		}
	}
	_, metrics := fetch(t, "http://"+r.internal+"/metrics")
	if !strings.Contains(metrics, "gatehouse_redis_shared 0") || !strings.Contains(metrics, "gatehouse_redis_failures_total") {
		t.Errorf("the metrics do not tell of it:\n%s", metrics)
	}
}

// Where there is none to share, nothing is told of it: an alert would never end.
func TestMetricsOfRedisAreThoseOfAHouseThatHasOne(t *testing.T) {
	t.Parallel()
	r := start(t, testconfig.New(t), Options{})
	if _, metrics := fetch(t, "http://"+r.internal+"/metrics"); strings.Contains(metrics, "gatehouse_redis") {
		t.Error("a house without Redis tells how it does")
	}
}
