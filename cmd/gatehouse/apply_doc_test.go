package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/house"
	"gatehouse/server"
)

var (
	applyBlock = regexp.MustCompile("(?ms)^```(sh|sh !|text|yaml|yaml [\\w./-]+)\n(.*?)^```$")
	anySecret  = regexp.MustCompile(`gatehouse_cs_\S+`)
	intoKey    = regexp.MustCompile(`^export ([A-Z_]+)=\$\((.*) \| jq -r \.key\)$`)
	ofPipeline = regexp.MustCompile(`(?m)^  script: (.*)$`)
)

// served is a house that a server of this test serves, and a shell beside it.
type served struct {
	t    *testing.T
	url  string
	env  []string
	dir  string
	code int    // of the last command
	said string // by it, on standard error
}

func newServed(t *testing.T) *served {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, url: "http://" + listener.Addr().String(), dir: t.TempDir()}
	s.env = []string{"GATEHOUSE_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "GATEHOUSE_ISSUER=" + s.url}
	cfg, _, err := config.Load(config.Options{Env: s.env})
	if err != nil {
		t.Fatal(err)
	}
	h, err := house.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	door, err := server.New(h, server.Options{Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	serving := &http.Server{Handler: door.Handler()}
	done := make(chan error, 1)
	go func() { done <- serving.Serve(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(serving.Close(), h.Close()); err != nil {
			t.Error(err)
		}
		<-done
	})
	return s
}

// sh lets a shell run a line, in which https://id.example.com is the server.
func (s *served) sh(line string) (printed string) {
	s.t.Helper()
	if m := intoKey.FindStringSubmatch(line); m != nil {
		var made struct{ Key string }
		if err := json.Unmarshal([]byte(s.sh(m[2])), &made); err != nil || made.Key == "" {
			s.t.Fatalf("%s: %v, %s", line, err, s.said)
		}
		s.env = append(s.env, m[1]+"="+made.Key)
		return ""
	}
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(s.t.Context(), "sh", "-c", strings.ReplaceAll(line, "https://id.example.com", s.url))
	command.Dir, command.Env = s.dir, slices.Concat(os.Environ(), s.env)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		s.t.Fatalf("%s: %v", line, err)
	}
	s.code, s.said = command.ProcessState.ExitCode(), stderr.String()
	return stdout.String()
}

func (s *served) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o700); err != nil {
		s.t.Fatal(err)
	}
	writeFile(s.t, filepath.Join(s.dir, name), text)
}

// The page is what an operator types, over the files that it shows, and what a pipeline
// runs: a shell runs all of it.
func TestCommandsOfTheApplyPageAreRunAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	s := newServed(t)
	printed, commands, outputs, scripts := "", 0, 0, 0
	for _, m := range applyBlock.FindAllStringSubmatch(pageText(t, "apply.md"), -1) {
		if name, ok := strings.CutPrefix(m[1], "yaml "); ok {
			s.write(name, m[2])
			continue
		}
		switch m[1] {
		case "text":
			outputs++
			if want := unspaced(m[2]); printed != want {
				t.Errorf("the page says\n%s\nand the command\n%s", want, printed)
			}
		case "yaml":
			for _, script := range ofPipeline.FindAllStringSubmatch(m[2], -1) {
				scripts++
				if s.sh(script[1]); s.code != exitDone {
					t.Errorf("%s: exit %d, %s", script[1], s.code, s.said)
				}
			}
		default:
			for line := range strings.SplitSeq(strings.TrimSpace(m[2]), "\n") {
				commands++
				printed = s.sh(line)
				want := exitDone
				if m[1] == "sh !" {
					want, printed = exitFailed, s.said
				}
				if drift := s.code == exitDrift && strings.HasSuffix(line, "--plan") && s.said == ""; s.code != want && (!drift || want == exitFailed) {
					t.Fatalf("%s: exit %d, %s", line, s.code, s.said)
				}
				printed = unspaced(anyGrant.ReplaceAllString(anySecret.ReplaceAllString(printed, "SECRET"), "GRANT"))
			}
		}
	}
	if commands < 19 || outputs < 8 || scripts != 3 {
		t.Errorf("%d commands, %d outputs and %d scripts were found: they are looked for in the wrong way", commands, outputs, scripts)
	}
	s.pipeline()
}

// pipeline runs what the page says of a pipeline where something is wrong, or differs.
func (s *served) pipeline() {
	s.t.Helper()
	script := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(plan|apply|drift):\n  script: (.*)$`).FindAllStringSubmatch(pageText(s.t, "apply.md"), -1) {
		script[m[1]] = m[2]
	}
	ends := func(what, job string, want int) {
		s.t.Helper()
		if s.sh(script[job]); s.code != want {
			s.t.Errorf("%s: %s ends with %d, want %d: %s", what, job, s.code, want, s.said)
		}
	}
	const group = "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: desk}\nspec: {description: "
	s.write("policy/group.yaml", group+"Changed}\n")
	ends("a change", "plan", exitDone)
	ends("a change", "drift", exitDrift)
	ends("a change", "apply", exitDone)
	ends("a change that was made", "drift", exitDone)
	s.write("policy/group.yaml", group+"\n")
	for job := range script {
		ends("a file that is wrong", job, exitFailed)
	}
}
