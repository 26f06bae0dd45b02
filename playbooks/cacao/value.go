package cacao

import (
	"errors"
	"strconv"
)

// The limits of a document. They bound memory and stack before anything is decoded.
const (
	MaxBytes  = 8 << 20
	MaxDepth  = 64
	MaxValues = 1_000_000
	MaxSteps  = 10_000
	MaxName   = 1 << 10 // bytes in the name of a property
)

var (
	// ErrNotJSON is returned for bytes that are not one JSON document in UTF-8.
	ErrNotJSON = errors.New("not a JSON document")
	// ErrTooLarge is returned for a document beyond one of the limits.
	ErrTooLarge = errors.New("document is over the limits")
)

// A Kind is the JSON type of a [Value].
type Kind string

// The kinds of JSON value.
const (
	Null    Kind = "null"
	Boolean Kind = "boolean"
	Number  Kind = "number"
	String  Kind = "string"
	Array   Kind = "array"
	Object  Kind = "object"
)

// A Value is one value of a JSON document, with the place it stands at. Order,
// spelling of numbers and duplicate properties are kept, which encoding/json does not.
type Value struct {
	Kind    Kind
	Members []Member // of an object, in document order
	Items   []*Value // of an array
	text    string   // decoded text of a string
	raw     []byte   // the bytes as they stand in the document
	start   int      // offset of raw in the document
}

// A Member is one property of an object.
type Member struct {
	Name  string
	Value *Value
	start int // offset of the name's opening quote
}

// Get returns the first property called exactly name, or nil.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// Text returns the decoded text of a string, the spelling of a number or boolean,
// and "" for everything else.
func (v *Value) Text() string {
	switch {
	case v == nil:
		return ""
	case v.Kind == String:
		return v.text
	case v.Kind == Number || v.Kind == Boolean:
		return string(v.raw)
	}
	return ""
}

// Raw returns the bytes of the value as they stand in the document. The caller must not change them.
func (v *Value) Raw() []byte {
	if v == nil {
		return nil
	}
	return v.raw
}

// end is the offset behind the value.
func (v *Value) end() int { return v.start + len(v.raw) }

// integer reads a whole number in its plain spelling.
func (v *Value) integer() (int64, bool) {
	if v.Kind != Number {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v.raw), 10, 64)
	return n, err == nil
}
