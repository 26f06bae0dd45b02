// Package stix reads and evaluates the conditions of CACAO steps: comparison
// expressions of STIX 2.1 patterning (OASIS STIX 2.1, section 9) over playbook
// variables, which are written __name__:value or __name__.
//
// Supported are = == != <> < <= > >=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET,
// EXISTS, AND, OR, NOT, parentheses, and the constants 12, 1.5, 'text', true,
// false, t'timestamp', h'hex' and b'base64'. Tolerated, because published
// playbooks use them: "text" in double quotes, keywords in lower case, square
// brackets around a comparison, a constant on the left, a variable alone as a
// truth value. Left out: observation operators (FOLLOWEDBY, WITHIN, …), which
// speak of events and not of variables.
//
// Rules: MATCHES is RE2 and searches, as STIX does, without anchors. A variable
// is text with a declared type; it is read as what it is compared with, so
// that __ok__:value = 'true' and = true mean the same. A variable that is not
// defined, has no value, or does not read as the other side is an error. AND and
// OR need both sides only where the result depends on both: false AND anything
// is false and true OR anything is true, in either order.
package stix
