package signin

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// qrCode is a QR code as one SVG path over a grid of Size by Size modules.
type qrCode struct {
	Size int
	Path string
}

// quiet is the margin that readers need, in modules (ISO/IEC 18004).
const quiet = 4

// newQR returns the code for text.
func newQR(text string) (qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrCode{}, fmt.Errorf("draw QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; {
			run := 0
			for x+run < size && dark(code, x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
			}
			x += run + 1
		}
	}
	return qrCode{Size: size + 2*quiet, Path: path.String()}, nil
}

func dark(code barcode.Barcode, x, y int) bool {
	return code.At(x, y) == color.Black
}

func (q qrCode) viewBox() string { return fmt.Sprintf("0 0 %d %d", q.Size, q.Size) }
