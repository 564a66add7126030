package consent

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"assent/schemas"
)

// Decode reads one decision and checks everything that can be checked without knowing the site. It is stricter than
// encoding/json, which takes null for false, members in any case, and members twice. The error is an *InvalidError that
// names each faulty member.
//
// It goes over the body once, token by token: by way of maps of raw members and a second look for repeated names it was
// the dearest part of recording a decision, a third of the whole.
func Decode(body []byte) (schemas.Decision, error) {
	var d schemas.Decision
	r := reader{tokens: decoders.Get().(*jsontext.Decoder)}
	defer decoders.Put(r.tokens)
	r.tokens.Reset(bytes.NewBuffer(body), leniently)
	if err := r.decision(&d); err != nil {
		return d, unreadable(err)
	}
	if len(r.faults) == 0 {
		r.faults = Validate(d)
	}
	if len(r.faults) > 0 {
		return d, &InvalidError{Faults: r.faults}
	}
	return d, nil
}

// decoders are used again: what they grow to remember names takes more allocations than the decision.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// leniently replaces broken UTF-8, as encoding/json does, rather than refuse a refusal for it.
var leniently = jsontext.AllowInvalidUTF8(true)

// OnceEach refuses a valid document in which an object has a member twice, as an *InvalidError: encoding/json takes that
// in silence and may mix both, so that what was checked is not what is kept.
func OnceEach(body []byte) error {
	if err := jsontext.NewDecoder(bytes.NewBuffer(body), leniently).SkipValue(); errors.Is(err, jsontext.ErrDuplicateName) {
		return unreadable(err)
	}
	return nil
}

// unreadable says what keeps a body from being read at all.
func unreadable(err error) error {
	detail := "is not complete, valid JSON; send one object as decision.schema.json describes"
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName) {
		detail = fmt.Sprintf("has the member %q twice; keep one, for what holds must not depend on which one is read", syntax.JSONPointer.LastToken())
	}
	return &InvalidError{Faults: []schemas.Fault{{Detail: detail}}}
}

// reader goes through a decision's tokens. Its methods return an error only where the JSON itself ends; a value of
// another kind than it must have becomes a fault, and reading goes on.
type reader struct {
	tokens *jsontext.Decoder
	faults []schemas.Fault
}

var errNoObject = errors.New("not one object")

func (r *reader) decision(d *schemas.Decision) error {
	if r.tokens.PeekKind() != '{' {
		return errNoObject
	}
	err := r.members(func(name string) (string, error) { return r.member(name, d) })
	if err != nil {
		return err
	}
	if _, err := r.tokens.ReadToken(); !errors.Is(err, io.EOF) {
		return cmp.Or(err, errNoObject)
	}
	sorted(r.faults)
	return nil
}

// members goes through an object. What do says is wrong with a member is a fault of it.
func (r *reader) members(do func(name string) (detail string, err error)) error {
	if _, err := r.tokens.ReadToken(); err != nil {
		return err
	}
	for r.tokens.PeekKind() == '"' {
		token, err := r.tokens.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		detail, err := do(name)
		if err != nil {
			return err
		}
		if detail != "" {
			r.faults = append(r.faults, schemas.Fault{Pointer: pointer(name), Detail: detail})
		}
	}
	_, err := r.tokens.ReadToken()
	return err
}

// member reads one value and returns what is wrong with it, or nothing.
func (r *reader) member(name string, d *schemas.Decision) (detail string, err error) {
	switch name {
	case "id":
		return r.text(&d.ID)
	case "secret":
		return r.text(&d.Secret)
	case "notice":
		return r.text(&d.Notice)
	case "action":
		return r.text(&d.Action)
	case "source":
		return r.text(&d.Source)
	case "locale":
		return r.text(&d.Locale)
	case "page":
		return r.text(&d.Page)
	case "regime":
		return r.text(&d.Regime)
	case "shown":
		return r.text(&d.Shown)
	case "purposes":
		return r.answers(&d.Purposes)
	case "services":
		return r.answers(&d.Services)
	case "removed":
		return r.names(&d.Removed)
	case "synthetic":
		return r.boolean(&d.Synthetic)
	case "decidedAt":
		return r.time(&d.DecidedAt)
	}
	return "is not a member of a decision; remove it", r.tokens.SkipValue()
}

// text takes no empty string: what is not told is left out.
func (r *reader) text(into *string) (string, error) {
	const detail = "must be a string that is not empty"
	if r.tokens.PeekKind() != '"' {
		return detail, r.tokens.SkipValue()
	}
	token, err := r.tokens.ReadToken()
	if err != nil {
		return "", err
	}
	if *into = token.String(); *into == "" {
		return detail, nil
	}
	return "", nil
}

func (r *reader) boolean(into *bool) (string, error) {
	if kind := r.tokens.PeekKind(); kind != 't' && kind != 'f' {
		return "must be true or false", r.tokens.SkipValue()
	}
	token, err := r.tokens.ReadToken()
	if err != nil {
		return "", err
	}
	*into = token.Bool()
	return "", nil
}

func (r *reader) time(into *time.Time) (string, error) {
	var text string
	if detail, err := r.text(&text); err != nil || detail == "" && isTime(text) && into.UnmarshalText([]byte(text)) == nil {
		return "", err
	}
	return "must be an RFC 3339 time such as 2026-11-23T10:00:00.000Z", nil
}

func (r *reader) answers(into *map[string]bool) (detail string, err error) {
	const wrong = "must be an object of true and false"
	if r.tokens.PeekKind() != '{' {
		return wrong, r.tokens.SkipValue()
	}
	*into = map[string]bool{}
	err = r.members(func(name string) (string, error) {
		var yes bool
		fault, err := r.boolean(&yes)
		if fault != "" {
			detail = wrong
		}
		(*into)[name] = yes
		return "", err
	})
	return detail, err
}

func (r *reader) names(into *[]string) (detail string, err error) {
	const wrong = "must be a list of strings"
	if r.tokens.PeekKind() != '[' {
		return wrong, r.tokens.SkipValue()
	}
	if _, err := r.tokens.ReadToken(); err != nil {
		return "", err
	}
	*into = []string{}
	for kind := r.tokens.PeekKind(); kind != ']'; kind = r.tokens.PeekKind() {
		if kind != '"' {
			detail = wrong
			if err := r.tokens.SkipValue(); err != nil {
				return "", err
			}
			continue
		}
		token, err := r.tokens.ReadToken()
		if err != nil {
			return "", err
		}
		*into = append(*into, token.String())
	}
	_, err = r.tokens.ReadToken()
	return detail, err
}
