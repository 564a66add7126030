package sighting

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"assent/schemas"
)

const schemaFile = "sighting.schema.json"

// compiled returns the body's JSON Schema.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	source, err := schemas.JSON.ReadFile(schemaFile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaFile, err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaFile, err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaFile, document); err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaFile, err)
	}
	return compiler.Compile(schemaFile)
})
