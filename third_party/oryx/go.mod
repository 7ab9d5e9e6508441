// This module answers to the import path of github.com/ory/x with the two
// packages that fosite uses; docs/decisions/0002 says why.
module github.com/ory/x

go 1.26.6

require (
	go.opentelemetry.io/otel v1.47.0
	go.opentelemetry.io/otel/trace v1.47.0
)

require github.com/cespare/xxhash/v2 v2.3.0 // indirect
