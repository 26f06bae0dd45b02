package stix

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Parse reads a condition. The error is a [*SyntaxError] that names the place and what was expected.
func Parse(s string) (*Expr, error) {
	if len(s) > MaxLength {
		return nil, &SyntaxError{Offset: MaxLength, Want: fmt.Sprintf("at most %d characters", MaxLength), Got: "more"}
	}
	if !utf8.ValidString(s) {
		return nil, &SyntaxError{Want: "text in UTF-8", Got: "other bytes"}
	}
	p := parser{lexer: lexer{src: s}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.now.kind != tokenEnd {
		return nil, p.expected("AND, OR or the end")
	}
	return &Expr{root: root}, nil
}

// A parser reads by recursive descent: OR binds weaker than AND, AND weaker than NOT.
type parser struct {
	lexer lexer
	now   token
	parts int
}

func (p *parser) advance() (err error) {
	p.now, err = p.lexer.next()
	return err
}

func (p *parser) expected(want string) error {
	e := &SyntaxError{Offset: p.now.at, Want: want}
	if p.now.kind != tokenEnd {
		e.Got = clip(p.lexer.src[p.now.at:])
	}
	return e
}

func (p *parser) isWord(word string) bool { return p.now.kind == tokenWord && p.now.text == word }

func (p *parser) isSymbol(symbol string) bool {
	return p.now.kind == tokenSymbol && p.now.text == symbol
}

func (p *parser) or(depth int) (node, error) { return p.join(depth, "OR", p.and) }

func (p *parser) and(depth int) (node, error) { return p.join(depth, "AND", p.not) }

// join reads parts with the same word between them. A part that is itself joined
// by that word is taken in, so that the tree does not depend on parentheses.
func (p *parser) join(depth int, word string, part func(int) (node, error)) (node, error) {
	list := &logic{and: word == "AND"}
	for {
		one, err := part(depth)
		if err != nil {
			return nil, err
		}
		if inner, ok := one.(*logic); ok && inner.and == list.and {
			list.parts = append(list.parts, inner.parts...)
		} else {
			list.parts = append(list.parts, one)
		}
		if !p.isWord(word) {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if len(list.parts) == 1 {
		return list.parts[0], nil
	}
	return list, nil
}

func (p *parser) not(depth int) (node, error) {
	if depth > MaxDepth {
		return nil, p.expected(fmt.Sprintf("at most %d levels of parentheses", MaxDepth))
	}
	if !p.isWord("NOT") {
		return p.primary(depth)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	part, err := p.not(depth + 1)
	if err != nil {
		return nil, err
	}
	return &not{part: part}, nil
}

func (p *parser) primary(depth int) (node, error) {
	switch {
	case p.isSymbol("("):
		return p.group(depth, ")")
	case p.isSymbol("["):
		return p.group(depth, "]")
	case p.isWord("EXISTS"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		of, err := p.operand("a variable like __name__:value", variable)
		return &exists{name: of.text}, err
	}
	return p.comparison()
}

func (p *parser) group(depth int, closing string) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	if !p.isSymbol(closing) {
		return nil, p.expected("AND, OR or " + closing)
	}
	return inner, p.advance()
}

func (p *parser) comparison() (node, error) {
	if p.parts++; p.parts > MaxParts {
		return nil, p.expected(fmt.Sprintf("at most %d comparisons", MaxParts))
	}
	left, err := p.operand("a variable or a constant")
	if err != nil {
		return nil, err
	}
	c := &comparison{left: left, negated: p.isWord("NOT")}
	if c.negated {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if c.operator = p.operator(); c.operator == "" {
		if c.negated || left.kind != variable && left.kind != boolean {
			return nil, p.expected("a comparison like = or IN")
		}
		return &truth{of: left}, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return c, p.right(c)
}

// operator gives the plain spelling of the operator at hand, or "".
func (p *parser) operator() string {
	switch {
	case p.isSymbol("=="):
		return "="
	case p.isSymbol("<>"):
		return "!="
	case p.now.kind == tokenSymbol && slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, p.now.text):
		return p.now.text
	case p.now.kind == tokenWord && slices.Contains([]string{"IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}, p.now.text):
		return p.now.text
	}
	return ""
}

func (p *parser) right(c *comparison) (err error) {
	at := p.now
	switch c.operator {
	case "IN":
		return p.set(c)
	case "LIKE", "ISSUBSET", "ISSUPERSET":
		c.right, err = p.operand("a text in quotes", text)
	case "MATCHES":
		if c.right, err = p.operand("a regular expression in quotes", text); err != nil {
			return err
		}
		if c.pattern, err = regexp.Compile(c.right.text); err != nil {
			return &SyntaxError{Offset: at.at, Want: "a regular expression (RE2)", Got: clip(c.right.text)}
		}
	default:
		c.right, err = p.operand("a variable or a constant")
	}
	return err
}

func (p *parser) set(c *comparison) error {
	if !p.isSymbol("(") {
		return p.expected("(")
	}
	for {
		if err := p.advance(); err != nil {
			return err
		}
		one, err := p.operand("a constant")
		if err != nil {
			return err
		}
		if p.parts++; p.parts > MaxParts {
			return p.expected(fmt.Sprintf("at most %d constants", MaxParts))
		}
		c.set = append(c.set, one)
		if p.isSymbol(",") {
			continue
		}
		if !p.isSymbol(")") {
			return p.expected(", or )")
		}
		return p.advance()
	}
}

// operand reads a variable or a constant, of one of the kinds if any are named.
func (p *parser) operand(want string, kinds ...operandKind) (operand, error) {
	var o operand
	switch t := p.now; {
	case t.kind == tokenVariable:
		o = operand{variable, t.text}
	case t.kind == tokenString:
		o = operand{text, t.text}
	case t.kind == tokenNumber && isNumber(t.text):
		o = operand{number, t.text}
	case p.isWord("TRUE"):
		o = operand{boolean, "true"}
	case p.isWord("FALSE"):
		o = operand{boolean, "false"}
	case t.kind == tokenPrefix:
		o = operand{operandKind(t.prefix), t.text}
		if !wellFormed(o) {
			return o, p.expected(o.kind.describe() + " in quotes")
		}
	default:
		return o, p.expected(want)
	}
	if len(kinds) > 0 && !slices.Contains(kinds, o.kind) {
		return o, p.expected(want)
	}
	return o, p.advance()
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func wellFormed(o operand) (ok bool) {
	var err error
	switch o.kind {
	case timestamp:
		_, err = time.Parse(time.RFC3339Nano, o.text)
	case hexadec:
		_, err = hex.DecodeString(o.text)
	case base64ed:
		_, err = base64.StdEncoding.DecodeString(o.text)
	}
	return err == nil
}
