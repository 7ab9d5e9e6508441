// Package otelx is the one function of the tracing toolkit that fosite calls,
// written for Gatehouse (docs/decisions/0002).
package otelx

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// End closes span, marked failed if *err holds an error.
func End(span trace.Span, err *error) {
	if err != nil && *err != nil {
		span.SetStatus(codes.Error, "failed")
	}
	span.End()
}
