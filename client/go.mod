// The path is a placeholder: no host serves it. README.md says what to do about it.
module gatehouse.example/client

go 1.26.6
