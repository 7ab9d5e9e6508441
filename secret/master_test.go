package secret_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gatehouse/fault"
	"gatehouse/secret"
)

func TestMasterKeyIsMadeOnceAndReadBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	made, fresh, err := secret.CreateMaster(path)
	if err != nil || !fresh {
		t.Fatalf("CreateMaster = %v, %v; want a fresh key", fresh, err)
	}
	again, fresh, err := secret.CreateMaster(path)
	if err != nil || fresh || again != made {
		t.Errorf("the second CreateMaster: fresh %v, same %v, %v", fresh, again == made, err)
	}
	loaded, err := secret.LoadMaster(path)
	if err != nil || loaded != made {
		t.Errorf("LoadMaster: same %v, %v", loaded == made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".master*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if shown := fmt.Sprintf("%v %+v %#v %x %s", made, made, made, made, made); strings.Count(shown, "[redacted]") != 5 {
		t.Errorf("a master key shows itself: %s", shown)
	}
}

func TestRacingProcessesAgreeOnOneMasterKey(t *testing.T) {
	t.Parallel()
	for range 20 {
		path := filepath.Join(t.TempDir(), "master.key")
		var wg sync.WaitGroup
		keys, makers, errs := make([]secret.Master, 8), make([]bool, 8), make([]error, 8)
		for i := range keys {
			wg.Go(func() { keys[i], makers[i], errs[i] = secret.CreateMaster(path) })
		}
		wg.Wait()
		made := 0
		for i := range keys {
			if errs[i] != nil || keys[i] != keys[0] || keys[i] == (secret.Master{}) {
				t.Fatalf("racer %d: same key %v, %v", i, keys[i] == keys[0], errs[i])
			}
			if makers[i] {
				made++
			}
		}
		if made != 1 {
			t.Fatalf("%d racers say that they made the key, want 1", made)
		}
	}
}

func TestUnfitMasterKeyFilesAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	good := secret.Token(32) + "\n"
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		code          string
	}{
		{"readable by the group", good, 0o640, "master_key.mode"},
		{"readable by everybody", good, 0o604, "master_key.mode"},
		{"writable by others", good, 0o602, "master_key.mode"},
		{"empty", "", 0o600, "master_key.format"},
		{"too short", secret.Token(31), 0o600, "master_key.format"},
		{"too long", secret.Token(33), 0o600, "master_key.format"},
		{"two lines", good + good, 0o600, "master_key.format"},
		{"padded", strings.TrimSpace(good) + "=", 0o600, "master_key.format"},
		{"raw bytes", strings.Repeat("\x07", 32), 0o600, "master_key.format"},
		{"huge", strings.Repeat("A", 100_000), 0o600, "master_key.format"},
	} {
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 { // root's own files may be readable by a group
			if err := os.Chown(path, 65534, 65534); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := secret.LoadMaster(path)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: LoadMaster = %v, want %s", c.name, err, c.code)
		}
		if err != nil && c.content != "" && strings.Contains(err.Error(), strings.TrimSpace(c.content)) {
			t.Errorf("%s: the error shows the file", c.name)
		}
		if _, fresh, err := secret.CreateMaster(path); fresh || err == nil {
			t.Errorf("%s: CreateMaster replaced the file (%v)", c.name, err)
		}
	}
	if _, err := secret.LoadMaster(filepath.Join(t.TempDir(), "none")); fault.CodeOf(err) != "master_key.missing" {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := secret.LoadMaster(t.TempDir()); err == nil {
		t.Error("a directory was read as a key")
	}
	if _, _, err := secret.CreateMaster(filepath.Join(t.TempDir(), "no", "such")); err == nil {
		t.Error("a key was made in a directory that does not exist")
	}
}

// A Kubernetes or Swarm secret belongs to root, and the group that reads it is
// that of who runs Gatehouse.
func TestMasterKeyOfAMountedSecretIsTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode fs.FileMode
		root bool
		want bool
	}{
		{0o400, false, true},
		{0o600, false, true},
		{0o440, false, false},
		{0o640, false, false},
		{0o400, true, true},
		{0o440, true, true},
		{0o640, true, true},
		{0o444, true, false},
		{0o644, true, false},
		{0o660, true, false},
		{0o460, true, false},
		{0o450, true, false},
		{0o604, true, false},
	} {
		if got := secret.Private(c.mode, c.root); got != c.want {
			t.Errorf("mode %04o, root's %t: taken %t, want %t", c.mode, c.root, got, c.want)
		}
	}
	if os.Geteuid() != 0 {
		return // only root can make a file of root's
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "..data", "master.key")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(secret.Token(32)), 0o440); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 0, 65534); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "master.key") // as Kubernetes mounts it
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.LoadMaster(link); err != nil {
		t.Error(err)
	}
}
