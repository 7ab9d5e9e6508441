package housetest

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

var requestOfDoc = regexp.MustCompile("(?s)```http\n(.*?)```")

// Every request of docs/api.md is answered as the page says, in its order.
func TestTheRequestsOfTheAPIsPageWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/api.md")
	must(t, err)
	s := newSteering(t)
	made, err := s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "ci"}, Role: access.UserManager,
	})
	must(t, err)
	boss, err := s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "chief"}, Role: access.Administrator,
	})
	must(t, err)
	auditor, err := s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "siem"}, Role: access.Auditor,
	})
	must(t, err)
	_, err = s.House.Access.CreateRole(context.Background(), gatetest.Console, access.Role{ID: "clerk", Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}}})
	must(t, err)
	_, err = s.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "desk"})
	must(t, err)
	values := []string{"$KEY", made.Text, "$BOSS", boss.Text, "$AUDITOR", auditor.Text}
	want := []int{
		http.StatusOK, http.StatusCreated, http.StatusOK, http.StatusOK, http.StatusOK, http.StatusOK, http.StatusOK, http.StatusCreated, http.StatusForbidden,
		http.StatusOK, http.StatusOK, http.StatusOK, http.StatusOK, // of the auditor
		http.StatusOK,
	}
	blocks := requestOfDoc.FindAllStringSubmatch(string(text), -1)
	if len(blocks) != len(want) {
		t.Fatalf("the page has %d requests, and this test knows the answers of %d", len(blocks), len(want))
	}
	for i, block := range blocks {
		head, body, _ := strings.Cut(strings.NewReplacer(values...).Replace(block[1]), "\n\n")
		lines := strings.Split(strings.TrimSpace(head), "\n")
		method, path, _ := strings.Cut(lines[0], " ")
		var header []string
		for _, line := range lines[1:] {
			name, value, _ := strings.Cut(line, ": ")
			header = append(header, name, value)
		}
		var sent any
		if body = strings.TrimSpace(body); body != "" {
			sent = body
		}
		a := s.call("", method, path, sent, header...)
		if a.Status != want[i] {
			t.Errorf("%s: %d %s, want %d", lines[0], a.Status, a.Body, want[i])
		}
		if a.Status == http.StatusCreated {
			values = append(values, "$USER", a.Text("id"))
		}
	}
}
