package importing

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// Bounds of what is read of a file: a set-up is far below them.
const (
	deepest    = 200      // Values within values.
	mostValues = 200_000  // In one file.
	longest    = 64 << 10 // Text that is put together.
	mostText   = 32 << 20 // In all values of one file: a variable's text is there anew wherever it stands.
	mostOpen   = 1000     // Brackets that are open at once; the parser descends with each.
)

var errNested = errors.New("nests brackets more deeply than any set-up does")

// script is a file of JavaScript or JSON that is read and never run.
type script struct {
	source    []byte
	start     uintptr // Of the bytes that tokens are slices of.
	breaks    []int   // Where lines end.
	variables map[string]js.IExpr
	roots     []root
	values    int
	text      int // Bytes of all texts that were read.
}

// root is a place in a script where a set-up may stand: what a variable is, what is assigned, returned, exported or
// handed to a function.
type root struct {
	name string // Such as klaroConfig, CookieConsentDialog.cookieTableNecessary; or the function that takes it.
	expr js.IExpr
}

func readScript(source []byte) (*script, error) {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	if open(source) > mostOpen {
		return nil, errNested
	}
	s := &script{source: source, variables: map[string]js.IExpr{}}
	for i, c := range source {
		if c == '\n' {
			s.breaks = append(s.breaks, i)
		}
	}
	tree, err := s.parse(source)
	if err != nil {
		// TypeScript: what stands there beside JavaScript is blanked, so that lines stay where they are.
		plain := untyped(source)
		if bytes.Equal(plain, source) {
			return nil, err
		}
		var again error
		if tree, again = s.parse(plain); again != nil {
			return nil, err
		}
	}
	s.statements(tree.List, 0)
	return s, nil
}

func (s *script) parse(source []byte) (*js.AST, error) {
	var buffer []byte
	if first := bytes.TrimLeft(source, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		buffer = fmt.Appendf(nil, "(%s\n)", source) // JSON, or a bare object.
	} else {
		buffer = append([]byte(" "), source...)
	}
	input := parse.NewInputBytes(buffer)
	s.start = reflect.ValueOf(input.Bytes()).Pointer() + 1
	tree, err := js.Parse(input, js.Options{})
	if err != nil {
		return nil, fmt.Errorf("is no JavaScript or JSON that can be read: %s", firstLine(err))
	}
	return tree, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// open counts the brackets that are open at once, roughly: those in texts count as well.
func open(source []byte) int {
	depth, most := 0, 0
	for _, c := range source {
		switch c {
		case '(', '[', '{':
			depth++
			most = max(most, depth)
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return most
}

// What TypeScript adds in set-ups: imported types, a variable's type, and assertions after a bracket or a quote.
var typed = regexp.MustCompile(`(?m)^\s*(?:import|export)\s+type\s[^;\n]*;?|(?:const|let|var)\s+[\w$]+(\s*:\s*[\w$.<>\[\], |]+?)\s*=|[}\])'"` + "`" + `](\s*(?:as\s+const|(?:as|satisfies)\s+[\w$.<>\[\]]+))\s*(?:[;,)\]}]|$)`)

func untyped(source []byte) []byte {
	plain := bytes.Clone(source)
	for _, match := range typed.FindAllSubmatchIndex(source, -1) {
		from, to := match[0], match[1]
		for group := 2; group < len(match); group += 2 {
			if match[group] >= 0 {
				from, to = match[group], match[group+1]
			}
		}
		for i := from; i < to; i++ {
			if plain[i] != '\n' {
				plain[i] = ' '
			}
		}
	}
	return plain
}

// line tells where in the file a token is, which the tree does not say: tokens are slices of what was parsed.
func (s *script) line(token []byte) int {
	if len(token) == 0 {
		return 0
	}
	offset := reflect.ValueOf(token).Pointer() - s.start
	if offset >= uintptr(len(s.source)) {
		return 0
	}
	before, _ := slices.BinarySearch(s.breaks, int(offset))
	return before + 1
}

func (s *script) statements(statements []js.IStmt, depth int) {
	if depth > deepest {
		return
	}
	for _, statement := range statements {
		s.statement(statement, depth+1)
	}
}

// statement finds the roots of a statement and of what is in it.
func (s *script) statement(statement js.IStmt, depth int) {
	switch n := statement.(type) {
	case *js.ExprStmt:
		s.expression(n.Value, depth)
	case *js.VarDecl:
		s.declare(n, depth)
	case *js.BlockStmt:
		s.statements(n.List, depth)
	case *js.IfStmt:
		s.statements([]js.IStmt{n.Body, n.Else}, depth)
	case *js.TryStmt:
		s.statements(n.Body.List, depth)
	case *js.FuncDecl:
		s.statements(n.Body.List, depth)
	case *js.ReturnStmt:
		s.offer("", n.Value, depth)
	case *js.ExportStmt:
		if declared, ok := n.Decl.(*js.VarDecl); ok {
			s.declare(declared, depth)
		} else {
			s.offer("", n.Decl, depth)
		}
	}
}

func (s *script) declare(n *js.VarDecl, depth int) {
	for _, element := range n.List {
		if name, ok := element.Binding.(*js.Var); ok && element.Default != nil {
			s.variables[string(name.Name())] = element.Default
			s.offer(string(name.Name()), element.Default, depth)
		}
	}
}

// offer notes a root, and looks into what is no literal.
func (s *script) offer(name string, e js.IExpr, depth int) {
	if e == nil {
		return
	}
	if group, ok := e.(*js.GroupExpr); ok {
		e = group.X
	}
	switch e.(type) {
	case *js.ObjectExpr, *js.ArrayExpr, *js.Var:
		s.roots = append(s.roots, root{name, e})
	default:
		s.expression(e, depth+1)
	}
}

func (s *script) expression(e js.IExpr, depth int) {
	if depth > deepest {
		return
	}
	switch n := e.(type) {
	case *js.GroupExpr:
		s.offer("", n.X, depth)
	case *js.ObjectExpr, *js.ArrayExpr:
		s.offer("", n, depth)
	case *js.CallExpr:
		s.expression(n.X, depth+1)
		for _, arg := range n.Args.List {
			s.offer(dotted(n.X), arg.Value, depth)
		}
	case *js.NewExpr:
		if n.Args != nil {
			for _, arg := range n.Args.List {
				s.offer(dotted(n.X), arg.Value, depth)
			}
		}
	case *js.DotExpr:
		s.expression(n.X, depth+1)
	case *js.BinaryExpr:
		if n.Op == js.EqToken {
			if name, ok := n.X.(*js.Var); ok {
				s.variables[string(name.Name())] = n.Y
			}
			s.offer(dotted(n.X), n.Y, depth)
			return
		}
		s.expression(n.X, depth+1)
		s.expression(n.Y, depth+1)
	case *js.UnaryExpr:
		s.expression(n.X, depth+1)
	case *js.CommaExpr:
		for _, one := range n.List {
			s.expression(one, depth+1)
		}
	case *js.FuncDecl:
		s.statements(n.Body.List, depth)
	case *js.ArrowFunc:
		s.statements(n.Body.List, depth)
	}
}

// dotted names a variable or a member by its last two names: window.a.b.c is b.c.
func dotted(e js.IExpr) string {
	switch n := e.(type) {
	case *js.Var:
		return string(n.Name())
	case js.LiteralExpr:
		return string(n.Data)
	case *js.DotExpr:
		holder := dotted(n.X)
		return strings.TrimPrefix(holder[strings.LastIndexByte(holder, '.')+1:]+"."+dotted(n.Y), "window.")
	case *js.CallExpr:
		return dotted(n.X) + "()"
	}
	return ""
}

// read returns the objects and lists where a set-up may stand.
func (s *script) read() []member {
	var roots []member
	for _, r := range s.roots {
		if v := s.value(r.expr, 0); v.of(object) || v.of(list) {
			roots = append(roots, member{r.name, v.line, v})
		}
	}
	return roots
}

// value reads an expression. Variables of the file stand for what they were declared as.
func (s *script) value(e js.IExpr, depth int) *value {
	s.values++
	if s.values > mostValues || s.text > mostText || depth > deepest {
		return &value{sort: code, text: "more than any set-up has"}
	}
	switch n := e.(type) {
	case nil:
		return nil
	case *js.LiteralExpr:
		return s.literal(n)
	case *js.GroupExpr:
		return s.value(n.X, depth+1)
	case *js.ObjectExpr:
		return s.object(n, depth)
	case *js.ArrayExpr:
		return s.array(n, depth)
	case *js.TemplateExpr:
		return s.template(n, depth)
	case *js.Var:
		name := string(n.Name())
		if name == "undefined" {
			return nil
		}
		if declared, ok := s.variables[name]; ok {
			delete(s.variables, name) // It cannot be part of itself.
			defer func() { s.variables[name] = declared }()
			return s.value(declared, depth+1)
		}
		return &value{sort: code, line: s.line(n.Data), text: name}
	case *js.UnaryExpr:
		return s.unary(n, depth)
	case *js.BinaryExpr:
		if n.Op == js.AddToken {
			if a, b := s.value(n.X, depth+1), s.value(n.Y, depth+1); a.of(text) && b.of(text) && len(a.text)+len(b.text) < longest {
				s.text += len(a.text) + len(b.text)
				return &value{sort: text, line: a.line, text: a.text + b.text}
			}
		}
	case *js.DotExpr:
		if found := s.value(n.X, depth+1).at(dotted(n.Y)); found != nil {
			return found
		}
	}
	return &value{sort: code, text: kindOf(e)}
}

func kindOf(e js.IExpr) string {
	switch n := e.(type) {
	case *js.FuncDecl, *js.ArrowFunc, *js.MethodDecl:
		return "a function"
	case *js.CallExpr, *js.NewExpr:
		return "a call"
	case *js.DotExpr:
		return dotted(n)
	}
	return "an expression"
}

func (s *script) literal(n *js.LiteralExpr) *value {
	v := &value{line: s.line(n.Data)}
	s.text += len(n.Data)
	switch n.TokenType {
	case js.StringToken:
		v.sort, v.text = text, unquote(n.Data)
	case js.TrueToken, js.FalseToken:
		v.sort, v.is = truth, n.TokenType == js.TrueToken
	case js.RegExpToken:
		v.sort = expression
		v.text = string(n.Data[1:bytes.LastIndexByte(n.Data, '/')])
	case js.NullToken:
	default:
		parsed, err := strconv.ParseFloat(strings.ReplaceAll(string(n.Data), "_", ""), 64)
		if !js.IsNumeric(n.TokenType) || err != nil {
			return &value{sort: code, line: v.line, text: string(n.Data)}
		}
		v.sort, v.number = number, parsed
	}
	return v
}

func (s *script) unary(n *js.UnaryExpr, depth int) *value {
	inner := s.value(n.X, depth+1)
	switch {
	case n.Op == js.NotToken && inner.of(number): // !0 and !1, as minifiers write.
		return &value{sort: truth, line: inner.line, is: inner.number == 0}
	case n.Op == js.NotToken && inner.of(truth):
		return &value{sort: truth, line: inner.line, is: !inner.is}
	case n.Op == js.NegToken && inner.of(number):
		return &value{sort: number, line: inner.line, number: -inner.number}
	case n.Op == js.VoidToken:
		return nil
	}
	return &value{sort: code, line: inner.lineOf(), text: kindOf(n)}
}

func (s *script) object(n *js.ObjectExpr, depth int) *value {
	v := &value{sort: object}
	for _, p := range n.List {
		if p.Spread {
			spread := s.value(p.Value, depth+1)
			if spread.of(code) {
				v.members = append(v.members, member{"...", spread.line, spread})
			}
			v.members = append(v.members, spread.all()...)
			continue
		}
		name, line := s.name(p)
		read := s.value(p.Value, depth+1)
		if read.of(code) && read.line == 0 {
			read.line = line
		}
		if v.line == 0 {
			v.line = line
		}
		v.members = append(v.members, member{name, line, read})
		if len(v.members) > mostValues {
			break
		}
	}
	return v
}

func (s *script) name(p js.Property) (name string, line int) {
	if method, ok := p.Value.(*js.MethodDecl); ok && p.Name == nil {
		return string(method.Name.Literal.Data), s.line(method.Name.Literal.Data)
	}
	if p.Name == nil {
		return "", 0
	}
	if p.Name.IsComputed() {
		computed := s.value(p.Name.Computed, deepest-1)
		return computed.str(), computed.lineOf()
	}
	data := p.Name.Literal.Data
	if p.Name.Literal.TokenType == js.StringToken {
		return unquote(data), s.line(data)
	}
	return string(data), s.line(data)
}

func (s *script) array(n *js.ArrayExpr, depth int) *value {
	v := &value{sort: list}
	for _, element := range n.List {
		read := s.value(element.Value, depth+1)
		if element.Spread && !read.of(code) {
			v.items = append(v.items, read.list()...)
		} else {
			v.items = append(v.items, read)
		}
		if v.line == 0 {
			v.line = read.lineOf()
		}
		if len(v.items) > mostValues {
			break
		}
	}
	return v
}

// template reads a template string; what only running it would tell is left out of it.
func (s *script) template(n *js.TemplateExpr, depth int) *value {
	if n.Tag != nil {
		return &value{sort: code, text: "a tagged template"}
	}
	var b strings.Builder
	line := s.line(n.Tail)
	for i, part := range n.List {
		if i == 0 {
			line = s.line(part.Value)
		}
		inner := s.value(part.Expr, depth+1)
		if inner.of(code) {
			return &value{sort: code, line: line, text: "a template with " + inner.text}
		}
		b.WriteString(unescape(strings.TrimSuffix(strings.TrimLeft(string(part.Value), "`}"), "${")))
		b.WriteString(inner.str())
		if b.Len() > longest {
			return &value{sort: code, line: line, text: "more than any set-up has"}
		}
	}
	tail := strings.TrimSuffix(string(n.Tail), "`")
	b.WriteString(unescape(tail[min(1, len(tail)):]))
	s.text += b.Len()
	return &value{sort: text, line: line, text: b.String()}
}

func unquote(data []byte) string {
	if len(data) < 2 {
		return ""
	}
	return unescape(string(data[1 : len(data)-1]))
}

// unescape reads what follows backslashes, as JavaScript does.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var units []uint16
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == '\\' && len(s) > 1 {
			r, size = escape(s)
		}
		s = s[size:]
		if r >= 0 {
			units = utf16.AppendRune(units, r)
			if r >= 0xd800 && r < 0xe000 { // AppendRune replaces halves of pairs, which are joined here.
				units[len(units)-1] = uint16(r)
			}
		}
	}
	return string(utf16.Decode(units))
}

// escape returns the character of an escape and how many bytes it takes; -1 for none.
func escape(s string) (r rune, size int) {
	const single = "n\nt\tr\rb\bf\fv\v0\x00"
	hex := func(from, to int) (rune, int) {
		if to > len(s) {
			return utf8.RuneError, len(s)
		}
		code, err := strconv.ParseUint(s[from:to], 16, 21)
		if err != nil {
			return utf8.RuneError, 2
		}
		return rune(code), to
	}
	switch c := s[1]; {
	case c == 'x':
		return hex(2, 4)
	case c == 'u' && len(s) > 2 && s[2] == '{':
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return utf8.RuneError, len(s)
		}
		r, _ = hex(3, end)
		return r, end + 1
	case c == 'u':
		return hex(2, 6)
	case c == '\n':
		return -1, 2
	case c < utf8.RuneSelf && strings.IndexByte(single, c)%2 == 0:
		return rune(single[strings.IndexByte(single, c)+1]), 2
	}
	r, size = utf8.DecodeRuneInString(s[1:])
	return r, size + 1
}
