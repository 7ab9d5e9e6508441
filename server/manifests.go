package server

import (
	"errors"
	"io"

	"gatehouse/apply"
	"gatehouse/config/manifest"
	housefiles "gatehouse/ui/console/files"
)

// manifests reads and writes the house as files, for the console.
type manifests struct{}

// Read implements housefiles.Manifests.
func (manifests) Read(name string, text []byte) ([]apply.Object, func(error) error, error) {
	m, err := manifest.Read([]manifest.File{{Name: name, Text: text}})
	if err != nil {
		return nil, nil, wrong(err)
	}
	return m.Objects, func(err error) error { return wrong(m.Locate(err)) }, nil
}

// Write implements housefiles.Manifests.
func (manifests) Write(to io.Writer, all []apply.Object) error {
	w := manifest.NewWriter(to)
	for _, one := range all {
		if err := w.Write(one); err != nil {
			return err
		}
	}
	return w.Flush()
}

// wrong is what is wrong with a file as the console tells it; any other error it returns as it is.
func wrong(err error) error {
	if bad, ok := errors.AsType[*manifest.Error](err); ok {
		return &housefiles.Wrong{Text: bad.Error(), Told: bad.In, Err: bad}
	}
	return err
}
