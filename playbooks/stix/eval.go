package stix

import (
	"errors"
	"fmt"
	"strconv"
)

var (
	// ErrUndefined is returned when the result depends on a variable that is not defined or has no value.
	ErrUndefined = errors.New("variable has no value")
	// ErrMismatch is returned when the result depends on a comparison of things that cannot be compared.
	ErrMismatch = errors.New("values cannot be compared")
)

// A Value is the value of a variable: text, and the type it was declared with.
type Value struct {
	Type string
	Text string
}

// A Lookup gives the value of a variable, by its name with the underscores; false when it has none.
type Lookup func(name string) (Value, bool)

// Eval decides the condition.
func (e *Expr) Eval(vars Lookup) (bool, error) { return e.root.eval(vars) }

// eval asks every part: one that settles the matter outweighs an error beside it,
// so that the order of the parts does not count.
func (n *logic) eval(vars Lookup) (bool, error) {
	var first error
	for _, part := range n.parts {
		got, err := part.eval(vars)
		switch {
		case err == nil && got != n.and:
			return got, nil
		case err != nil && first == nil:
			first = err
		}
	}
	if first != nil {
		return false, first
	}
	return n.and, nil
}

func (n *not) eval(vars Lookup) (bool, error) {
	got, err := n.part.eval(vars)
	return !got && err == nil, err
}

func (n *exists) eval(vars Lookup) (bool, error) {
	_, ok := vars(n.name)
	return ok, nil
}

func (n *truth) eval(vars Lookup) (bool, error) {
	v, err := n.of.value(vars)
	if err != nil {
		return false, err
	}
	got, err := strconv.ParseBool(v.Text)
	if err != nil {
		return false, mismatch(n.of, v, "true or false")
	}
	return got, nil
}

func (n *comparison) eval(vars Lookup) (bool, error) {
	left, err := n.left.value(vars)
	if err != nil {
		return false, err
	}
	got, err := n.decide(left, vars)
	if err != nil {
		return false, err
	}
	return got != n.negated, nil
}

func (n *comparison) decide(left Value, vars Lookup) (bool, error) {
	switch n.operator {
	case "IN":
		parts := make([]node, len(n.set))
		for i, one := range n.set {
			parts[i] = &comparison{left: n.left, operator: "=", right: one}
		}
		return (&logic{parts: parts}).eval(vars)
	case "LIKE":
		return like([]rune(left.Text), []rune(n.right.text)), nil
	case "MATCHES":
		return n.pattern.MatchString(left.Text), nil
	case "ISSUBSET", "ISSUPERSET":
		return n.contains(left)
	}
	right, err := n.right.value(vars)
	if err != nil {
		return false, err
	}
	order, err := n.compare(left, right)
	if err != nil {
		return false, err
	}
	switch n.operator {
	case "=":
		return order == 0, nil
	case "!=":
		return order != 0, nil
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	}
	return order >= 0, nil
}

// value resolves an operand; a constant's type is the letter of its kind.
func (o operand) value(vars Lookup) (Value, error) {
	if o.kind != variable {
		return Value{Type: string(rune(o.kind)), Text: o.text}, nil
	}
	v, ok := vars(o.text)
	if !ok {
		return Value{}, fmt.Errorf("%s: %w", o.text, ErrUndefined)
	}
	return v, nil
}
