package schemas

import (
	"fmt"
	"io/fs"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is every JSON Schema of this folder, as it is written and ready to be compiled.
type contract struct {
	written  map[string]any
	guard    sync.Mutex // Compiling remembers what was compiled.
	compiler *jsonschema.Compiler
}

var theContract = sync.OnceValues(func() (*contract, error) {
	files, err := fs.Glob(JSON, "*.schema.json")
	if err != nil {
		return nil, err
	}
	c := &contract{written: map[string]any{}, compiler: jsonschema.NewCompiler()}
	c.compiler.AssertFormat()
	for _, name := range files {
		if err := c.add(name); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return c, nil
})

func (c *contract) add(name string) error {
	source, err := JSON.Open(name)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(source)
	if err != nil {
		return err
	}
	c.written[name] = document
	return c.compiler.AddResource(name, document)
}

// Compile returns the JSON Schema at a reference such as "notice.schema.json#/$defs/service". Formats are asserted.
func Compile(reference string) (*jsonschema.Schema, error) {
	c, err := theContract()
	if err != nil {
		return nil, err
	}
	c.guard.Lock()
	defer c.guard.Unlock()
	return c.compiler.Compile(reference)
}

// Written returns a schema as it is written, decoded, by its name such as "notice.schema.json".
func Written(name string) (any, error) {
	c, err := theContract()
	if err != nil {
		return nil, err
	}
	return c.written[name], nil
}
