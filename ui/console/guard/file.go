package guard

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"gatehouse/secret"
)

// File is the file that a form brought in an input, nil where it brought none. What is larger than
// most bytes is refused at the input, before it is copied.
func (v *Visit) File(input string, most int64) ([]byte, error) {
	if v.R.MultipartForm == nil { // it was no form with a file, or that was not read
		return nil, nil
	}
	f, head, err := v.R.FormFile(input)
	switch {
	case errors.Is(err, http.ErrMissingFile):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read a file: %w", err)
	}
	defer f.Close()
	if head.Size > most {
		return nil, Wrong(input, "is larger than "+strconv.FormatInt(most>>10, 10)+" KiB")
	}
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	return content, nil
}

// OnceWith is the Idempotency-Key of a form that was sent with a file: with another one it is
// another.
func (v *Visit) OnceWith(content []byte) string {
	key := v.once()
	if key == "" {
		return ""
	}
	return key + "." + base64.RawURLEncoding.EncodeToString(secret.Hash(string(content)))[:16]
}
