package signin

import (
	"regexp"
	"testing"

	"github.com/boombuler/barcode/qr"
)

const sampleKey = "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH"

func TestQRDrawsEveryDarkModuleOnceInsideTheQuietZone(t *testing.T) {
	t.Parallel()
	const content = "otpauth://totp/Gatehouse:alice%40example.com?secret=" + sampleKey
	got, err := newQR(content)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	size := want.Bounds().Dx()
	if got.Size != size+8 {
		t.Fatalf("size %d, want %d", got.Size, size+8)
	}
	drawn := map[[2]int]int{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(got.Path, -1) {
		x, y, run := number(m[1]), number(m[2]), number(m[3])
		for i := range run {
			drawn[[2]int{x + i, y}]++
		}
	}
	for y := range got.Size {
		for x := range got.Size {
			inside := x >= 4 && y >= 4 && x < size+4 && y < size+4
			expect := 0
			if inside && dark(want, x-4, y-4) {
				expect = 1
			}
			if drawn[[2]int{x, y}] != expect {
				t.Fatalf("module %d,%d is drawn %d times, want %d", x, y, drawn[[2]int{x, y}], expect)
			}
		}
	}
}

func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
