package cacao

import (
	"fmt"
	"strconv"
	"strings"
)

// A Reader reads properties of JSON objects one by one, by their exact name, and
// notes what does not fit as findings. encoding/json would take Name for name and
// the last of two duplicates.
type Reader struct {
	findings findings
}

// Findings returns what was noted so far.
func (r *Reader) Findings() []Finding { return r.findings.list }

// Errorf notes an error at path.
func (r *Reader) Errorf(path, code, format string, args ...any) {
	r.findings.errorf(path, code, format, args...)
}

// Warnf notes a warning at path.
func (r *Reader) Warnf(path, code, format string, args ...any) {
	r.findings.warnf(path, code, format, args...)
}

// Fields starts to read an object. It returns nil for a missing value, and nil
// with a finding for a value of another kind; the methods of a nil *Fields return zero values.
func (r *Reader) Fields(v *Value, path string) *Fields {
	if v == nil {
		return nil
	}
	if v.Kind != Object {
		r.kind(path, Object, v)
		return nil
	}
	return &Fields{reader: r, value: v, path: path, asked: map[string]bool{}}
}

func (r *Reader) kind(path string, want Kind, got *Value) {
	r.Errorf(path, "wrong-type", "write %s here, not %s", article(want), article(got.Kind))
}

func article(k Kind) string {
	switch k {
	case Array, Object:
		return "an " + string(k)
	case Null:
		return "null"
	}
	return "a " + string(k)
}

// Fields are the properties of one object.
type Fields struct {
	reader *Reader
	value  *Value
	path   string
	asked  map[string]bool
}

// Path returns the pointer of a property.
func (f *Fields) Path(name string) string {
	if f == nil {
		return ""
	}
	return Child(f.path, name)
}

// Value returns a property as it stands, or nil.
func (f *Fields) Value(name string) *Value {
	if f == nil {
		return nil
	}
	f.asked[name] = true
	return f.value.Get(name)
}

// typed returns a property of the wanted kind and notes any other kind.
func (f *Fields) typed(name string, want Kind) *Value {
	v := f.Value(name)
	if v == nil || v.Kind == want {
		return v
	}
	f.reader.kind(f.Path(name), want, v)
	return nil
}

// Text reads a string.
func (f *Fields) Text(name string) string { return f.typed(name, String).Text() }

// Required reads a string that must be there and not be empty.
func (f *Fields) Required(name string) string {
	s := f.Text(name)
	if f == nil || s != "" {
		return s
	}
	if v := f.value.Get(name); v == nil {
		f.reader.Errorf(f.path, "missing", "add the property %q", name)
	} else if v.Kind == String {
		f.reader.Errorf(f.Path(name), "empty", "write something here")
	}
	return s
}

// Bool reads a boolean; what is missing is false.
func (f *Fields) Bool(name string) bool { return f.typed(name, Boolean).Text() == "true" }

// Int reads a whole number between the limits; ok is false when it is missing or does not fit.
func (f *Fields) Int(name string, low, high int64) (n int64, ok bool) {
	v := f.typed(name, Number)
	if v == nil {
		return 0, false
	}
	n, ok = v.integer()
	if !ok || n < low || n > high {
		f.reader.Errorf(f.Path(name), "out-of-range", "write a whole number from %d to %d", low, high)
		return 0, false
	}
	return n, true
}

// Texts reads a list of strings.
func (f *Fields) Texts(name string) []string {
	v := f.typed(name, Array)
	if v == nil {
		return nil
	}
	list := make([]string, 0, len(v.Items))
	for i, item := range v.Items {
		if item.Kind != String {
			f.reader.kind(f.index(name, i), String, item)
			continue
		}
		list = append(list, item.Text())
	}
	return list
}

// Fields reads an object.
func (f *Fields) Fields(name string) *Fields {
	if f == nil {
		return nil
	}
	return f.reader.Fields(f.Value(name), f.Path(name))
}

// List reads a list of objects.
func (f *Fields) List(name string) []*Fields {
	v := f.typed(name, Array)
	if v == nil {
		return nil
	}
	list := make([]*Fields, 0, len(v.Items))
	for i, item := range v.Items {
		if one := f.reader.Fields(item, f.index(name, i)); one != nil {
			list = append(list, one)
		}
	}
	return list
}

// Members reads an object whose property names are data, in document order.
func (f *Fields) Members(name string) []Member {
	if v := f.typed(name, Object); v != nil {
		return v.Members
	}
	return nil
}

// Rest notes the properties nobody asked for, with the given severity: they are
// kept and ignored. A name that differs in case only is a likely mistake.
func (f *Fields) Rest(severity Severity) {
	if f == nil {
		return
	}
	for _, m := range f.value.Members {
		if f.asked[m.Name] {
			continue
		}
		one := Finding{
			Severity: severity, Path: f.Path(m.Name), Code: "unknown-property",
			Message: "this property is kept and ignored; use a declared extension for own data",
		}
		for name := range f.asked {
			if strings.EqualFold(name, m.Name) {
				one.Severity, one.Code = Warning, "case-variant"
				one.Message = fmt.Sprintf("this property is ignored; write it %q", name)
			}
		}
		f.reader.findings.add(one)
	}
}

func (f *Fields) index(name string, i int) string {
	return Child(f.Path(name), strconv.Itoa(i))
}
