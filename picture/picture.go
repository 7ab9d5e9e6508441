// Package picture takes in logos. A logo comes from a file that somebody was
// given, and goes to the browser of everybody who signs in; so nothing of the file
// itself is passed on. A raster picture is decoded and written again, a drawing
// (SVG) is read by a list of what a drawing needs and written again from that.
// What is no picture, too large, or more than a picture is refused, in words that
// repeat nothing of the content: it may be a key file that was named by mistake.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"gatehouse/fault"
)

// The bounds of a logo.
const (
	MaxBytes = 256 << 10 // of the file, and of what is made of it
	MaxSide  = 1024      // in pixels
)

// The media types of pictures.
const (
	PNG  = "image/png"
	JPEG = "image/jpeg"
	SVG  = "image/svg+xml"
)

// Picture is a logo that may be shown to anybody. Nobody may change its Bytes.
type Picture struct {
	Kind  string // one of the media types above
	Bytes []byte
}

// ReadFile reads a file that may become a picture. It answers Invalid for what is
// no plain file (a directory, a device, a pipe) or larger than MaxBytes, before it
// reads any of it.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "picture.invalid", "The logo "+path+" cannot be read.")
	}
	if !info.Mode().IsRegular() {
		return nil, refused("%s is no plain file", path)
	}
	if info.Size() > MaxBytes {
		return nil, tooLarge()
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "picture.invalid", "The logo "+path+" cannot be read.")
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, MaxBytes+1)) // it may have grown
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "picture.invalid", "The logo "+path+" cannot be read.")
	}
	return content, nil
}

// Any takes what Raster or Drawing takes.
func Any(content []byte) (Picture, error) {
	if _, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		return Raster(content)
	}
	return Drawing(content)
}

// Raster takes a PNG or JPEG. The picture is the same, the bytes are ours: without
// comments, profiles, or anything before and behind it. Invalid: it is none, too
// large, or something follows it.
func Raster(content []byte) (Picture, error) {
	if len(content) > MaxBytes {
		return Picture{}, tooLarge()
	}
	header, kind, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || kind != "png" && kind != "jpeg" {
		return Picture{}, refused("it is neither PNG nor JPEG")
	}
	if header.Width > MaxSide || header.Height > MaxSide || header.Width < 1 || header.Height < 1 {
		return Picture{}, refused("it has %d by %d pixels, and %d by %d is the most", header.Width, header.Height, MaxSide, MaxSide)
	}
	if kind == "jpeg" {
		return reJPEG(content)
	}
	return rePNG(content)
}

func rePNG(content []byte) (Picture, error) {
	rest := bytes.NewReader(content)
	img, err := png.Decode(rest)
	if err != nil {
		return Picture{}, refused("the PNG is broken")
	}
	if rest.Len() > 0 {
		return Picture{}, refused("something follows the PNG")
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Picture{}, fmt.Errorf("write the PNG again: %w", err)
	}
	return bounded(PNG, b.Bytes())
}

func reJPEG(content []byte) (Picture, error) {
	img, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return Picture{}, refused("the JPEG is broken")
	}
	if !bytes.HasSuffix(content, []byte{0xff, 0xd9}) { // the marker of its end
		return Picture{}, refused("something follows the JPEG")
	}
	if img.ColorModel() == color.CMYKModel {
		return Picture{}, refused("the JPEG is made for printing (CMYK), which browsers show in other colours")
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		return Picture{}, fmt.Errorf("write the JPEG again: %w", err)
	}
	return bounded(JPEG, b.Bytes())
}

func bounded(kind string, content []byte) (Picture, error) {
	if len(content) > MaxBytes {
		return Picture{}, tooLarge()
	}
	return Picture{kind, content}, nil
}

func tooLarge() error { return refused("it is larger than %d KiB", MaxBytes>>10) }

// refused says why a file is no logo.
func refused(format string, values ...any) error {
	return fault.New(fault.Invalid, "picture.invalid", "This file cannot be a logo: "+fmt.Sprintf(format, values...)+".")
}
