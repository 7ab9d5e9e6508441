// The path is a placeholder: no host serves it. README.md says what to do about it.
module gatehouse.example/verify

go 1.26.6

require github.com/go-jose/go-jose/v4 v4.1.8
