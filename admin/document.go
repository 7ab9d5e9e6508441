package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gatehouse/fault"
)

// globals sets what the library has one of for a whole process: names are compared
// exactly (encoding/json would take ID, unchecked, beside id), a list is never null, and
// what the library refuses is refused by us.
var globals = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError { return &Problem{Status: status} }
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		if c := callOf(ctx.Context()); c != nil {
			c.refuse(faultOf(status, message, errs))
		}
		return &Problem{Status: status}
	}
})

// begin makes the API, without routes. It has no hooks, which would link to schemas by
// the Host that a request names, and no page, which would load scripts of others.
func (d *Door) begin() {
	globals()
	d.router, d.routes = router{}, nil
	format := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: json.Unmarshal, // of what web.ParseJSON has read
	}
	d.api = huma.NewAPI(huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Gatehouse admin API", Version: "1",
				Description: "Steers a Gatehouse: whatever its commands can do. See docs/api.md for keys, pages, revisions and refusals.",
			},
			Servers: []*huma.Server{{URL: "/", Description: "This Gatehouse"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {
					Type: "http", Scheme: "bearer",
					Description: "The key of a service account (gatehouse_pat_…), or an access token for this API alone with the scope " + ScopeRead + " or " + ScopeAdmin + ".",
				}},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}, humago.NewAdapter(&d.router, ""))
}

// openDocument writes the document of the routes.
func (d *Door) openDocument() error {
	var text bytes.Buffer
	compact, err := json.Marshal(d.api.OpenAPI())
	if err == nil {
		err = json.Indent(&text, compact, "", "  ")
	}
	if err != nil {
		return fmt.Errorf("write the document of the admin API: %w", err)
	}
	text.WriteByte('\n')
	d.document = &file{"application/json", text.String()}
	return nil
}

// Table returns the routes of an API, the same for every house.
func Table() []*Route {
	d := &Door{}
	d.begin()
	d.all()
	return d.routes
}

// Document returns the OpenAPI document of an API, the same for every house.
func Document() ([]byte, error) {
	d := &Door{}
	d.begin()
	d.all()
	if err := d.openDocument(); err != nil {
		return nil, err
	}
	return []byte(d.document.body), nil
}

// faultOf is what the library refuses, as we say it.
func faultOf(status int, message string, errs []error) error {
	f := &fault.Error{Kind: fault.Invalid, Code: "request.invalid", Detail: "The request breaks a rule."}
	switch status {
	case http.StatusUnprocessableEntity:
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusRequestEntityTooLarge, http.StatusRequestTimeout:
		f.Kind, f.Code, f.Detail = fault.Malformed, "request.body", "The request cannot be read: "+message+"."
	default:
		return fmt.Errorf("the API: %d %s: %v", status, message, errs)
	}
	for _, err := range errs {
		if e, ok := err.(huma.ErrorDetailer); ok && len(f.Fields) < maxFields {
			f.Fields = append(f.Fields, fault.Field{Name: placeOf(e.ErrorDetail().Location), Problem: e.ErrorDetail().Message})
		}
	}
	return f
}
