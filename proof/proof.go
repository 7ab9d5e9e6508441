// Package proof says how a person was proved: by what, when, and how strong that
// makes it. A session and a sign-in under way each hold a list of proofs; what
// a list is worth (its Level, its age, the methods that tokens name) is computed
// from it and kept nowhere.
package proof
