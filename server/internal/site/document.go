package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"assent/schemas"
	"assent/server/internal/consent"
)

// decode holds a document against its JSON Schema and reads it. The error is a *consent.InvalidError that names each
// faulty member, or the schemas' own fault.
func decode(name string, body []byte, into any) error {
	schema, err := schemas.Compile(name)
	if err != nil {
		return err
	}
	written, err := schemas.Written(name)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return invalid("", "is not valid JSON"+whereBroken(body)+": "+strings.TrimPrefix(err.Error(), "json: "))
	}
	if err := consent.OnceEach(body); err != nil {
		return err
	}
	if err := schema.Validate(document); err != nil {
		return &consent.InvalidError{Faults: few(faultsOf(err, written))}
	}
	if err := json.Unmarshal(body, into); err != nil {
		// The schema takes 180.0 and 1e2 for whole numbers, and Go does not.
		return invalid("", "has a whole number that is not written as one: write 180, not 180.0 or 1.8e2")
	}
	return nil
}

// whereBroken says at which line and column a document stops being JSON.
func whereBroken(body []byte) string {
	var syntax *json.SyntaxError
	var ignored any
	if !errors.As(json.Unmarshal(body, &ignored), &syntax) {
		return ""
	}
	// The offset counts the byte that is wrong, but not the end that came too early.
	before := body[:max(syntax.Offset-1, 0)]
	if strings.HasPrefix(syntax.Error(), "unexpected end") {
		before = body
	}
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf(" at line %d, column %d", bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[lineStart:])+1)
}

func invalid(member, detail string) error {
	return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: member, Detail: detail}}}
}

// few keeps a reader's screen: nobody mends more at once.
func few(faults []schemas.Fault) []schemas.Fault {
	const most = 20
	if len(faults) <= most {
		return faults
	}
	return append(faults[:most:most], andMore.at("", values{"count": strconv.Itoa(len(faults) - most)}))
}

// faultsOf flattens the validator's tree to its leaves, which are what the reader can mend.
func faultsOf(err error, schema any) []schemas.Fault {
	failure, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return []schemas.Fault{{Detail: err.Error()}}
	}
	if len(failure.Causes) == 0 {
		return []schemas.Fault{explain(failure, schema)}
	}
	var faults []schemas.Fault
	for _, cause := range failure.Causes {
		faults = append(faults, faultsOf(cause, schema)...)
	}
	return faults
}

// pointer builds a JSON Pointer (RFC 6901).
func pointer(members ...string) string {
	text := ""
	for _, member := range members {
		text += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(member)
	}
	return text
}

// canonical writes a document in one form only, as RFC 8785 does for what our documents contain (no floats): members
// sorted, no white space, nothing escaped that need not be.
func canonical(document any) ([]byte, error) {
	plain, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(tree); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
