package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/fault"
)

// globals sets what the library has one of for a whole process: names are compared
// exactly (encoding/json would take ID, unchecked, beside id), and a list is never null.
var globals = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
})

// begin makes the table and the document. Of the library it takes schemas and their
// validation: no router, no hooks, which would link to schemas by the Host that a request
// names, and no page, which would load scripts of others.
func (d *Door) begin() {
	first := described()
	d.routes, d.byID, d.described, d.document = nil, map[string]*Route{}, first.byID, first.document
	d.all()
}

// described is the document, and what the types of each route say, which is the same for every house: to
// make them by reflection takes longer than all else that a house does as it starts.
var described = sync.OnceValue(func() *Door {
	globals()
	d := &Door{byID: map[string]*Route{}}
	d.document = &huma.OpenAPI{
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
				Description: "The key of a service account or a personal access token (gatehouse_pat_…), or an access token for this API alone with the scope " + ScopeRead + " or " + ScopeAdmin + ".",
			}},
		},
	}
	d.all()
	return d
})

// text is the document as JSON.
func (d *Door) text() (string, error) {
	var text bytes.Buffer
	compact, err := json.Marshal(d.document)
	if err == nil {
		err = json.Indent(&text, compact, "", "  ")
	}
	if err != nil {
		return "", fmt.Errorf("write the document of the admin API: %w", err)
	}
	text.WriteByte('\n')
	return text.String(), nil
}

// Table returns the routes of an API, the same for every house.
func Table() []*Route {
	d := &Door{}
	d.begin()
	return d.routes
}

// Document returns the OpenAPI document of an API, the same for every house.
func Document() ([]byte, error) {
	d := &Door{}
	d.begin()
	text, err := d.text()
	return []byte(text), err
}

// invalidBy is what the library finds wrong, as we say it; nil where that is nothing.
func invalidBy(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	f := &fault.Error{Kind: fault.Invalid, Code: "request.invalid", Detail: "The request breaks a rule."}
	for _, err := range errs {
		if e, ok := errors.AsType[*huma.ErrorDetail](err); ok && len(f.Fields) < maxFields {
			f.Fields = append(f.Fields, fault.Field{Name: placeOf(e.Location), Problem: e.Message})
		}
	}
	return f
}
