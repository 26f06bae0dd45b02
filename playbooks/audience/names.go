package audience

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Name is how somebody who must not occur in a copy is called: a company's
// name, alias or domain.
type Name struct {
	Of   string // whose it is, by the id in the book
	Text string
}

// A Hit is a place where such a name occurs.
type Hit struct {
	Name  Name
	Where string // what was searched, "E1/3" or "report.md"
	Line  int
	Text  string // what stands around it
}

// Names finds names in texts: one pass over the text however many names there
// are (Aho and Corasick, Efficient String Matching, CACM 1975).
//
// A name is found whatever its capitals, accents' composition, defanged dots and
// the white space within, where no letter or digit touches it. A domain is also
// found below itself and in addresses.
type Names struct {
	names []Name
	nodes []node
}

type node struct {
	next map[rune]int
	fail int
	name int // index of the longest name that ends here, plus one; 0: none
	size int // its length in runes
	up   int // the next shorter suffix that ends a name; 0: none
}

// minName is the shortest name that is looked for: shorter ones stand in every text.
const minName = 3

// NewNames prepares a search. Names that are too short are returned: nobody has
// looked for them.
func NewNames(names []Name) (n *Names, short []Name) {
	n = &Names{nodes: []node{{next: map[rune]int{}}}}
	for _, name := range names {
		key := []rune(strings.Join(strings.Fields(fold(name.Text)), " "))
		if len(key) < minName {
			short = append(short, name)
			continue
		}
		n.names = append(n.names, name)
		n.insert(key, len(n.names))
	}
	n.link()
	return n, short
}

func (n *Names) insert(key []rune, id int) {
	at := 0
	for _, r := range key {
		to, ok := n.nodes[at].next[r]
		if !ok {
			to = len(n.nodes)
			n.nodes = append(n.nodes, node{next: map[rune]int{}})
			n.nodes[at].next[r] = to
		}
		at = to
	}
	if n.nodes[at].name == 0 {
		n.nodes[at].name, n.nodes[at].size = id, len(key)
	}
}

// link sets where to go on after a mismatch, breadth first.
func (n *Names) link() {
	queue := make([]int, 0, len(n.nodes))
	for _, to := range n.nodes[0].next {
		queue = append(queue, to)
	}
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		for r, to := range n.nodes[at].next {
			n.nodes[to].fail = n.step(n.nodes[at].fail, r)
			fail := n.nodes[to].fail
			n.nodes[to].up = fail
			if n.nodes[fail].name == 0 {
				n.nodes[to].up = n.nodes[fail].up
			}
			queue = append(queue, to)
		}
	}
}

func (n *Names) step(at int, r rune) int {
	for {
		if to, ok := n.nodes[at].next[r]; ok {
			return to
		}
		if at == 0 {
			return 0
		}
		at = n.nodes[at].fail
	}
}

// Bare is a company's name without its legal form: people leave it out.
func Bare(name string) string {
	words := strings.Fields(name)
	for len(words) > 1 && legalForm(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	for len(words) > 1 && legalForm(words[0]) {
		words = words[1:]
	}
	return strings.TrimRight(strings.Join(words, " "), ",")
}

func legalForm(word string) bool {
	switch strings.ReplaceAll(strings.Trim(fold(word), ".,()"), ".", "") {
	case "gmbh", "ag", "kg", "ug", "se", "ltd", "limited", "inc", "llc", "plc", "corp", "bv", "nv",
		"sa", "sas", "sarl", "spa", "srl", "snc", "ab", "oy", "pt", "cv", "tbk", "co":
		return true
	}
	return false
}

// fold is the form in which names and texts are compared: compatibility
// decomposition without accents, small letters.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if r == 'ß' || r == 'ẞ' {
			b.WriteString("ss")
			continue
		}
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Cf, r) {
			b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
		}
	}
	return b.String()
}

// In searches a text and returns the first hit of each who is named.
func (n *Names) In(where, text string) []Hit {
	s := n.Searcher(where)
	s.Write(text)
	return s.Close()
}

// A Searcher searches a text that comes in pieces. A piece may end anywhere
// between two characters.
type Searcher struct {
	names   *Names
	where   string
	at      int
	line    int
	space   bool   // the last rune compared was white space
	held    rune   // a bracket that may begin [.]; a dot after one
	last    []rune // of what was compared, enough to check what touches a name
	waiting []found
	seen    map[string]bool // by whose name it is
	hits    []Hit
	context []rune
}

// found is a name that ends at the last rune; whether a letter follows is not
// known yet.
type found struct{ name, line int }

// keep is how much of the text is remembered to show where a hit is.
const keep = 60

// Searcher begins a search.
func (n *Names) Searcher(where string) *Searcher {
	return &Searcher{names: n, where: where, line: 1, seen: map[string]bool{}}
}

// Write searches the next piece.
func (s *Searcher) Write(piece string) {
	for _, r := range piece {
		if r == utf8.RuneError {
			r = ' '
		}
		s.context = append(s.context, r)
		if len(s.context) > 2*keep {
			s.context = slices.Delete(s.context, 0, keep)
		}
		s.defang(r)
		if r == '\n' {
			s.line++
		}
	}
}

// defang reads [.] and (.) as a dot, as domains are written to be harmless.
func (s *Searcher) defang(r rune) {
	held := s.held
	s.held = 0
	switch {
	case held == '.' && (r == ']' || r == ')'):
		return
	case (held == '[' || held == '(') && r == '.':
		s.compare(r)
		s.held = '.'
		return
	case held == '[' || held == '(':
		s.compare(held)
	}
	if r == '[' || r == '(' {
		s.held = r
		return
	}
	s.compare(r)
}

func (s *Searcher) compare(r rune) {
	for _, folded := range fold(string(r)) {
		s.rune(folded, s.line)
	}
}

// rune compares one folded rune; runs of white space count as one space.
func (s *Searcher) rune(r rune, line int) {
	if unicode.IsSpace(r) {
		r = ' '
	}
	s.settle(r)
	if r == ' ' && s.space {
		return
	}
	s.space = r == ' '
	s.last = append(s.last, r)
	if len(s.last) > 4096 {
		s.last = slices.Delete(s.last, 0, 2048)
	}
	s.at = s.names.step(s.at, r)
	for at := s.at; at != 0; at = s.names.nodes[at].up {
		if id := s.names.nodes[at].name; id != 0 && s.free(s.names.nodes[at].size) {
			s.waiting = append(s.waiting, found{id, line})
		}
	}
}

// free says whether no letter or digit touches the beginning of a name of that size.
func (s *Searcher) free(size int) bool {
	before := len(s.last) - size - 1
	return before < 0 || !touches(s.last[before])
}

func touches(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// settle decides what ended before r.
func (s *Searcher) settle(r rune) {
	for _, f := range s.waiting {
		whose := s.names.names[f.name-1].Of
		if touches(r) || s.seen[whose] {
			continue
		}
		s.seen[whose] = true
		from := max(0, len(s.context)-keep)
		s.hits = append(s.hits, Hit{
			Name: s.names.names[f.name-1], Where: s.where, Line: f.line,
			Text: strings.TrimSpace(string(s.context[from:])),
		})
	}
	s.waiting = s.waiting[:0]
}

// Close ends the search and returns the first hit of each who is named.
func (s *Searcher) Close() []Hit {
	s.settle(' ')
	return s.hits
}
