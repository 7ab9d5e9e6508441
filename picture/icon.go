package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// The bounds of an icon, which stands in the pages themselves.
const (
	IconSide = 96
	iconText = "data:image/png;base64,"
	maxIcon  = 48 << 10 // of 96 by 96 pixels not even noise is larger
)

// Icon takes a PNG or JPEG as Raster does, makes it as small as it is shown, and
// returns it as an address that holds it (a data URL, RFC 2397).
func Icon(content []byte) (string, error) {
	p, err := Raster(content)
	if err != nil {
		return "", err
	}
	img, _, err := image.Decode(bytes.NewReader(p.Bytes))
	if err != nil {
		return "", refused("the picture is broken")
	}
	var b bytes.Buffer
	if err := png.Encode(&b, shrunk(img, IconSide)); err != nil {
		return "", err
	}
	return iconText + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// IsIcon reports whether text is what Icon returns, or looks so well like it that a
// page may show it.
func IsIcon(text string) bool {
	encoded, ok := strings.CutPrefix(text, iconText)
	if !ok || len(text) > maxIcon {
		return false
	}
	content, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return false
	}
	rest := bytes.NewReader(content)
	header, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil || header.Width > IconSide || header.Height > IconSide {
		return false
	}
	_, err = png.Decode(rest)
	return err == nil && rest.Len() == 0
}

// shrunk returns img with neither side longer than side: each pixel is the mean of
// those that it stands for.
func shrunk(img image.Image, side int) image.Image {
	from := img.Bounds()
	longest := max(from.Dx(), from.Dy())
	if longest <= side {
		return img
	}
	width, height := max(1, from.Dx()*side/longest), max(1, from.Dy()*side/longest)
	small := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			part := image.Rect(x*from.Dx()/width, y*from.Dy()/height, (x+1)*from.Dx()/width, (y+1)*from.Dy()/height)
			small.Set(x, y, mean(img, part.Add(from.Min)))
		}
	}
	return small
}

// mean is the colour of a part of img. What can be seen through counts for as much
// as it shows, which is how RGBA answers.
func mean(img image.Image, part image.Rectangle) color.Color {
	var r, g, b, a, n uint64
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			pr, pg, pb, pa := img.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	return color.RGBA64{uint16(r / n), uint16(g / n), uint16(b / n), uint16(a / n)}
}
