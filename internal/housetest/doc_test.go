// Package housetest holds the rules that no single package can keep alone: what
// the protocols and RFC 9700 ask of a whole Gatehouse, tested through its pages
// and endpoints on the configuration that it is shipped with.
package housetest
