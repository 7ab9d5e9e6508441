package config

import "reflect"

// product is the keys of Config.
var product = schemaOf(reflect.TypeFor[Config]())

// Keys returns every key, in the order of the structs.
func Keys() []Key {
	def := Default()
	keys := product.flat(reflect.ValueOf(&def).Elem(), "")
	for i := range keys {
		keys[i].Doc = docs[keys[i].Path]
	}
	return keys
}
