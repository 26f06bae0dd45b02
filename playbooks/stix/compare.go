package stix

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// compare orders two values. What both are read as follows from the constant;
// between two variables from their types, and text when the types say nothing.
func (n *comparison) compare(left, right Value) (int, error) {
	as := family(n.left.kind, left.Type, n.right.kind, right.Type)
	var order [2]any
	for i, v := range []Value{left, right} {
		read, err := readAs(as, v)
		if err != nil {
			return 0, mismatch([]operand{n.left, n.right}[i], v, as.describe())
		}
		order[i] = read
	}
	switch a := order[0].(type) {
	case bool:
		if n.operator != "=" && n.operator != "!=" {
			return 0, fmt.Errorf("compare true and false with %s: %w", n.operator, ErrMismatch)
		}
		if a == order[1].(bool) {
			return 0, nil
		}
		return 1, nil
	case float64:
		return compareNumbers(left.Text, right.Text, a, order[1].(float64)), nil
	case time.Time:
		return a.Compare(order[1].(time.Time)), nil
	case []byte:
		return bytes.Compare(a, order[1].([]byte)), nil
	}
	return cmp.Compare(left.Text, right.Text), nil
}

// compareNumbers compares whole numbers exactly and others as floating point.
func compareNumbers(a, b string, x, y float64) int {
	i, errI := strconv.ParseInt(a, 10, 64)
	j, errJ := strconv.ParseInt(b, 10, 64)
	if errI == nil && errJ == nil {
		return cmp.Compare(i, j)
	}
	return cmp.Compare(x, y)
}

func (k operandKind) describe() string {
	switch k {
	case number:
		return "a number"
	case boolean:
		return "true or false"
	case timestamp:
		return "a timestamp"
	case hexadec:
		return "hex digits"
	case base64ed:
		return "base64"
	}
	return "text"
}

// family decides what two operands are read as.
func family(leftKind operandKind, leftType string, rightKind operandKind, rightType string) operandKind {
	left, right := familyOf(leftKind, leftType), familyOf(rightKind, rightType)
	switch {
	case left == text:
		return right
	case right == text || right == left:
		return left
	case leftKind == variable: // different families: the constant decides, and the variable must read as it
		return right
	}
	return left
}

func familyOf(kind operandKind, declared string) operandKind {
	if kind != variable {
		return kind
	}
	switch declared {
	case "integer", "long", "float":
		return number
	case "bool":
		return boolean
	}
	return text
}

func readAs(as operandKind, v Value) (any, error) {
	s := strings.TrimSpace(v.Text)
	switch as {
	case number:
		if strings.Trim(s, "+-.0123456789eE") != "" {
			return nil, strconv.ErrSyntax // ParseFloat would take inf and 0x10
		}
		return strconv.ParseFloat(s, 64)
	case boolean:
		return strconv.ParseBool(strings.ToLower(s))
	case timestamp:
		return time.Parse(time.RFC3339Nano, s)
	case hexadec, base64ed:
		return readBytes(as, v.Type, s)
	}
	return v.Text, nil
}

// readBytes decodes by the value's own type, and by the constant's where that says nothing.
func readBytes(as operandKind, declared, s string) ([]byte, error) {
	switch declared {
	case "hexstring", string(rune(hexadec)):
		as = hexadec
	case string(rune(base64ed)):
		as = base64ed
	}
	if as == hexadec {
		return hex.DecodeString(s)
	}
	return base64.StdEncoding.DecodeString(s)
}

func mismatch(o operand, v Value, want string) error {
	name := o.text
	if o.kind != variable {
		name = "constant " + strconv.Quote(clip(o.text))
	}
	return fmt.Errorf("%s: %q does not read as %s: %w", name, clip(v.Text), want, ErrMismatch)
}

// like matches % for any text and _ for one character. It goes back to the last
// % only, so the time is at most the product of the lengths.
func like(s, pattern []rune) bool {
	i, j, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '%':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == '_' || pattern[j] == s[i]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(pattern) && pattern[j] == '%' {
		j++
	}
	return j == len(pattern)
}

// contains decides ISSUBSET and ISSUPERSET over addresses and networks.
func (n *comparison) contains(left Value) (bool, error) {
	inner, err := network(left.Text)
	if err != nil {
		return false, mismatch(n.left, left, "an address or network")
	}
	outer, err := network(n.right.text)
	if err != nil {
		return false, mismatch(n.right, Value{Text: n.right.text}, "an address or network")
	}
	if n.operator == "ISSUPERSET" {
		inner, outer = outer, inner
	}
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr()), nil
}

func network(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(addr.WithZone(""), addr.BitLen()), nil
}
