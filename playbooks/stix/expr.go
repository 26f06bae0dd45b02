package stix

import (
	"regexp"
	"slices"
	"strings"
)

// An Expr is a condition that was read.
type Expr struct {
	root node
}

// String writes the condition in its plain form; reading that gives the same condition.
func (e *Expr) String() string {
	var b strings.Builder
	e.root.write(&b)
	return b.String()
}

// Variables lists the variables the condition reads, sorted, each once.
func (e *Expr) Variables() []string {
	var names []string
	e.root.variables(&names)
	slices.Sort(names)
	return slices.Compact(names)
}

// A node is one part of the tree.
type node interface {
	write(b *strings.Builder)
	variables(names *[]string)
	eval(vars Lookup) (bool, error)
}

// A logic node joins its parts by AND or OR.
type logic struct {
	and   bool
	parts []node
}

// A not node turns its part round.
type not struct {
	part node
}

// An exists node asks whether a variable has a value.
type exists struct {
	name string
}

// A truth node takes an operand as a truth value by itself.
type truth struct {
	of operand
}

// A comparison node compares two operands, or one with a set.
type comparison struct {
	left     operand
	operator string // = != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET
	negated  bool
	right    operand
	set      []operand      // for IN
	pattern  *regexp.Regexp // for MATCHES
}

// An operand is a variable or a constant.
type operand struct {
	kind operandKind
	text string // the variable's name or the constant's text
}

type operandKind byte

const (
	variable  operandKind = 'v'
	number    operandKind = 'n'
	text      operandKind = 's'
	boolean   operandKind = '?'
	timestamp operandKind = 't'
	hexadec   operandKind = 'h'
	base64ed  operandKind = 'b'
)

func (n *logic) write(b *strings.Builder) {
	for i, part := range n.parts {
		switch {
		case i > 0 && n.and:
			b.WriteString(" AND ")
		case i > 0:
			b.WriteString(" OR ")
		}
		// An OR inside an AND needs parentheses; an AND inside an OR binds stronger anyway.
		writePart(b, part, n.and)
	}
}

func (n *not) write(b *strings.Builder) {
	b.WriteString("NOT ")
	writePart(b, n.part, true)
}

func writePart(b *strings.Builder, part node, parentheses bool) {
	if _, inner := part.(*logic); inner && parentheses {
		b.WriteString("(")
		defer b.WriteString(")")
	}
	part.write(b)
}

func (n *exists) write(b *strings.Builder) { b.WriteString("EXISTS " + n.name + ":value") }

func (n *truth) write(b *strings.Builder) { n.of.write(b) }

func (n *comparison) write(b *strings.Builder) {
	n.left.write(b)
	if n.negated {
		b.WriteString(" NOT")
	}
	b.WriteString(" " + n.operator + " ")
	if n.operator != "IN" {
		n.right.write(b)
		return
	}
	b.WriteString("(")
	for i, one := range n.set {
		if i > 0 {
			b.WriteString(", ")
		}
		one.write(b)
	}
	b.WriteString(")")
}

func (o operand) write(b *strings.Builder) {
	switch o.kind {
	case variable:
		b.WriteString(o.text + ":value")
	case number, boolean:
		b.WriteString(o.text)
	case timestamp, hexadec, base64ed:
		b.WriteByte(byte(o.kind))
		fallthrough
	case text:
		b.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(o.text) + "'")
	}
}

func (n *logic) variables(names *[]string) {
	for _, part := range n.parts {
		part.variables(names)
	}
}

func (n *not) variables(names *[]string)    { n.part.variables(names) }
func (n *exists) variables(names *[]string) { *names = append(*names, n.name) }
func (n *truth) variables(names *[]string)  { n.of.variables(names) }

func (n *comparison) variables(names *[]string) {
	n.left.variables(names)
	n.right.variables(names)
	for _, one := range n.set {
		one.variables(names)
	}
}

func (o operand) variables(names *[]string) {
	if o.kind == variable {
		*names = append(*names, o.text)
	}
}
