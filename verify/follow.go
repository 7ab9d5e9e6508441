package verify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// stream follows by server-sent events until the connection ends.
func (f *feed) stream(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	dog := time.AfterFunc(feedFirst, func() { end(errSilent) })
	defer dog.Stop()
	resp, err := f.ask(ctx, "text/event-stream", nil)
	if err != nil {
		return causeOf(ctx, err)
	}
	defer resp.Body.Close()
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/event-stream" {
		return errNoStream
	}
	events, seen := bufio.NewReader(resp.Body), delays{}
	for {
		name, data, err := readEvent(events)
		if err != nil && !seen.known && errors.Is(context.Cause(ctx), errSilent) {
			return errNoStream // it was opened, and something between keeps what it says
		}
		if err != nil {
			return causeOf(ctx, err)
		}
		if name != "batch" {
			continue
		}
		if err := f.hear(ctx, data, &seen); err != nil {
			return err
		}
		dog.Reset(feedSilence)
	}
}

// hear takes in a batch of a stream, unless it lags: then what follows lags, too,
// and a new connection begins with what is true now.
func (f *feed) hear(ctx context.Context, compact string, seen *delays) error {
	came := time.Now()
	b, err := f.read(ctx, compact)
	if err != nil {
		return fmt.Errorf("read the feed: %w", err)
	}
	late := seen.late(b, came, f.v.config.MaxLag)
	f.take(ctx, b, came, !late)
	if late {
		return errLate
	}
	return nil
}

// poll follows by asking, until a stream is worth a try again. The issuer keeps
// each question until there is news, but not for longer than the feed may be old.
func (f *feed) poll(ctx context.Context) error {
	lag := f.v.config.MaxLag
	hold := min(lag/2, 25*time.Second)
	for time.Now().Before(f.pollingTill) {
		asked := time.Now()
		compact, err := f.question(ctx, hold)
		if err != nil {
			return err
		}
		came := time.Now()
		if came.Sub(asked) > hold+lag/2 {
			came = asked // it may have been on its way for all that time
		}
		b, err := f.read(ctx, compact)
		if err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		f.take(ctx, b, came, true)
	}
	return nil
}

// question asks once.
func (f *feed) question(ctx context.Context, hold time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, hold+fetchTimeout)
	defer cancel()
	resp, err := f.ask(ctx, "application/json", url.Values{"wait": {hold.String()}})
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct {
		Batch string `json:"batch"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxBatch+maxDocument)).Decode(&answer); err != nil {
		return "", fmt.Errorf("read the feed: %w", err)
	}
	return answer.Batch, nil
}

// ask asks for what came after the cursor.
func (f *feed) ask(ctx context.Context, accept string, query url.Values) (*http.Response, error) {
	token, err := f.ticket.get(ctx)
	if err != nil {
		return nil, err
	}
	if query == nil {
		query = url.Values{}
	}
	if f.cursor != "" {
		query.Set("after", f.cursor)
	}
	address := strings.TrimSuffix(f.v.config.Issuer, "/") + feedPath
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept-Encoding", "identity") // what is compressed is held up
	if f.cursor != "" {
		req.Header.Set("Last-Event-ID", f.cursor)
	}
	resp, err := f.v.issuer.client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		f.ticket.drop()
	case http.StatusNotAcceptable:
		return nil, errNoStream
	}
	return nil, statusError(resp.StatusCode)
}

// causeOf returns why ctx ended, if it did.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// readEvent reads one server-sent event. Comments and fields that are not needed
// are passed over; what is too long ends the stream.
func readEvent(r *bufio.Reader) (name, data string, err error) {
	size := 0
	for {
		line, err := readLine(r, maxBatch-size)
		if err != nil {
			return "", "", err
		}
		size += len(line)
		if line == "" {
			if name != "" || data != "" {
				return name, data, nil
			}
			size = 0
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "data":
			data += value
		}
	}
}

// readLine reads a line of at most limit bytes, without its end.
func readLine(r *bufio.Reader, limit int) (string, error) {
	var b strings.Builder
	for {
		part, err := r.ReadSlice('\n')
		b.Write(part)
		if b.Len() > limit {
			return "", errors.New("an event of the feed is too long")
		}
		if err == nil {
			return strings.TrimRight(b.String(), "\r\n"), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
	}
}
