// Package decisions measures package access beside cedar-go, OPA and casbin, on
// one question: user u holds a role, may u read object d?
//
// All engines get the same house and must give the same answers before any of
// them is timed. Each is asked as its own documents advise for speed: cedar-go by
// one policy over entities, OPA by a prepared query over a store of parsed values,
// casbin with and without its cache. It is a module of its own, so that none of
// them comes near the product.
package decisions
