package gatetest

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
)

// Upload sends a form with a file in it, from a page of ours, and goes where the answer leads.
func (b *Browser) Upload(target string, form url.Values, field, file, content string) *Page {
	t := b.gate.T
	t.Helper()
	var sent bytes.Buffer
	w := multipart.NewWriter(&sent)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			_ = w.WriteField(name, value) // a buffer takes everything
		}
	}
	part, err := w.CreateFormFile(field, file)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = w.Close()
	at := resolve(b.page, target)
	req, err := http.NewRequest(http.MethodPost, at.String(), &sent)
	if err != nil {
		t.Fatal(err)
	}
	b.dress(req, form)
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := b.http.Do(req)
	if err != nil {
		t.Fatalf("POST %s: %v", at, err)
	}
	p := b.read(resp, at)
	b.page = p
	if location := resp.Header.Get("Location"); location != "" {
		return b.Get(location)
	}
	return p
}
