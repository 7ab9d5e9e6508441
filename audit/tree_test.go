package audit

import (
	"encoding/hex"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// RFC 6962 section 2.1: the vectors of its authors' implementation.
func TestTreeHasTheRootsOfRFC6962(t *testing.T) {
	t.Parallel()
	var tree Tree
	for i, c := range []struct{ leaf, root string }{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		leaf, err := hex.DecodeString(c.leaf)
		if err != nil {
			t.Fatal(err)
		}
		tree.Add(tlog.RecordHash(leaf))
		if root := tree.Root(); hex.EncodeToString(root[:]) != c.root {
			t.Errorf("with %d leaves the root is %x, want %s", i+1, root, c.root)
		}
		again, err := ParseTree(tree.Size, tree.Bytes())
		if err != nil || again.Root() != tree.Root() {
			t.Errorf("written and read again it is %+v, %v", again, err)
		}
	}
	if root := (&Tree{}).Root(); hex.EncodeToString(root[:]) != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("the root of no leaves is %x", root)
	}
}

// Whoever stores hashes by themselves comes to the same.
func TestTreeIsThatOfTheLibrary(t *testing.T) {
	t.Parallel()
	var tree Tree
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		all := make([]tlog.Hash, len(indexes))
		for i, n := range indexes {
			all[i] = stored[n]
		}
		return all, nil
	})
	for n := range int64(300) {
		data := fmt.Appendf(nil, "entry %d", n)
		more, err := tlog.StoredHashes(n, data, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		tree.Add(tlog.RecordHash(data))
		want, err := tlog.TreeHash(n+1, reader)
		if err != nil || tree.Root() != want {
			t.Fatalf("with %d leaves: %v, %v", n+1, tree.Root(), err)
		}
	}
	for _, bad := range []struct {
		size     int64
		frontier []byte
	}{{-1, nil}, {1, nil}, {2, make([]byte, 64)}, {3, make([]byte, 63)}, {0, make([]byte, 32)}} {
		if _, err := ParseTree(bad.size, bad.frontier); err == nil {
			t.Errorf("a tree of %d with %d bytes was read", bad.size, len(bad.frontier))
		}
	}
}
