package admin

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// nulls refuses null where the document names a type. The library takes it for a member
// that is absent, and so a PATCH that means to remove something would do nothing.
func nulls(schemas huma.Registry, s *huma.Schema, value any, at *huma.PathBuffer, wrong *huma.ValidateResult) {
	if s.Ref != "" {
		s = schemas.SchemaFromRef(s.Ref)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			member := s.Properties[name]
			if member == nil {
				member, _ = s.AdditionalProperties.(*huma.Schema)
			}
			if member == nil {
				continue
			}
			at.Push(name)
			if v[name] == nil && typed(schemas, member) && !slices.Contains(s.Required, name) { // these the library refuses
				wrong.Add(at, nil, "must not be null; leave it out")
			}
			nulls(schemas, member, v[name], at, wrong)
			at.Pop()
		}
	case []any:
		for i := range v {
			if s.Items != nil {
				at.PushIndex(i)
				nulls(schemas, s.Items, v[i], at, wrong)
				at.Pop()
			}
		}
	}
}

// typed reports whether a schema names a type, and not null beside it.
func typed(schemas huma.Registry, s *huma.Schema) bool {
	if s.Ref != "" {
		s = schemas.SchemaFromRef(s.Ref)
	}
	return s.Type != "" && !s.Nullable
}
