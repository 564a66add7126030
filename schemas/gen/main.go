// Command gen writes the Go and TypeScript types of the JSON Schemas in its parent directory.
//
// It knows the subset of JSON Schema that the contract uses for shapes (object, map, array, string, integer, number, boolean,
// $ref, enum, title) and refuses anything else, so that a schema cannot silently lose its meaning. Rules that are
// not shapes (patterns, limits, if/then) stay with the validators; the example corpus holds both sides together.
package main

import (
	"encoding/json"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gen DIR, with DIR the folder of the *.schema.json files")
	}
	goSource, tsSource, err := Generate(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for name, source := range map[string][]byte{"types_gen.go": goSource, "types.gen.ts": tsSource} {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), source, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

type schema struct {
	ID                   string          `json:"$id"`
	Title                string          `json:"title"`
	Description          string          `json:"description"`
	Type                 string          `json:"type"`
	Format               string          `json:"format"`
	Ref                  string          `json:"$ref"`
	Enum                 []string        `json:"enum"`
	Required             []string        `json:"required"`
	Properties           ordered         `json:"properties"`
	Defs                 ordered         `json:"$defs"`
	Items                *schema         `json:"items"`
	AdditionalProperties json.RawMessage `json:"additionalProperties"`
}

// ordered keeps the members of a JSON object in the order of the file, because that is the order a reader expects.
type ordered []member

type member struct {
	name   string
	schema schema
}

// UnmarshalJSON reads a JSON object member by member.
func (o *ordered) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var s schema
		if err := decoder.Decode(&s); err != nil {
			return fmt.Errorf("read member %v: %w", name, err)
		}
		*o = append(*o, member{fmt.Sprint(name), s})
	}
	return nil
}

// Generate returns the Go and the TypeScript source for all schemas of dir.
func Generate(dir string) (goSource, tsSource []byte, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.schema.json"))
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(files)
	g := generator{titles: map[string]string{}}
	var all []schema
	for _, file := range files {
		objects, err := g.read(file)
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
		all = append(all, objects...)
	}
	for _, s := range all {
		if err := g.emit(s); err != nil {
			return nil, nil, fmt.Errorf("generate %s: %w", s.Title, err)
		}
	}
	const notice = "// Code generated from the JSON Schemas by schemas/gen; DO NOT EDIT.\n\n"
	goSource, err = format.Source([]byte(notice + "package schemas\n\nimport \"time\"\n" + g.goTypes.String()))
	return goSource, []byte(notice + strings.TrimLeft(g.tsTypes.String(), "\n")), err
}

type generator struct {
	titles           map[string]string // $ref target, such as "notice.schema.json#/$defs/look" -> type name
	file             string
	goTypes, tsTypes strings.Builder
}

func (g *generator) read(file string) ([]schema, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var root schema
	if err := json.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	g.titles[root.ID] = root.Title
	objects := []schema{root}
	for _, def := range root.Defs {
		g.titles[root.ID+"#/$defs/"+def.name] = def.schema.Title
		def.schema.ID = root.ID
		objects = append(objects, def.schema)
	}
	return objects, nil
}

func (g *generator) emit(s schema) error {
	if s.Title == "" || s.Type != "object" || len(s.Properties) == 0 {
		return fmt.Errorf("every schema and $def must be an object with a title and properties")
	}
	g.file = s.ID
	fmt.Fprintf(&g.goTypes, "\n// %s: %s\ntype %s struct {\n", s.Title, s.Description, s.Title)
	fmt.Fprintf(&g.tsTypes, "\n/** %s */\nexport interface %s {\n", s.Description, s.Title)
	for _, p := range s.Properties {
		goType, tsType, err := g.types(p.schema)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		tag, mark := goTag(p, goType), "?"
		if slices.Contains(s.Required, p.name) {
			tag, mark = p.name, ""
		}
		if p.schema.Description != "" {
			fmt.Fprintf(&g.goTypes, "\t// %s\n", p.schema.Description)
			fmt.Fprintf(&g.tsTypes, "  /** %s */\n", p.schema.Description)
		}
		fmt.Fprintf(&g.goTypes, "\t%s %s `json:\"%s\"`\n", exported(p.name), goType, tag)
		fmt.Fprintf(&g.tsTypes, "  %s%s: %s;\n", p.name, mark, tsType)
	}
	g.goTypes.WriteString("}\n")
	g.tsTypes.WriteString("}\n")
	return nil
}

// goTag leaves out an absent optional member; omitzero because omitempty never drops a struct such as time.Time.
func goTag(p member, goType string) string {
	if p.schema.Ref != "" || goType == "time.Time" {
		return p.name + ",omitzero"
	}
	return p.name + ",omitempty"
}

func (g *generator) types(s schema) (goType, tsType string, err error) {
	switch {
	case s.Ref != "":
		return g.reference(s.Ref)
	case s.Type == "string" && s.Format == "date-time":
		return "time.Time", "string", nil
	case s.Type == "string" && len(s.Enum) > 0:
		return "string", "'" + strings.Join(s.Enum, "' | '") + "'", nil
	case s.Type == "string" || s.Type == "boolean":
		return map[string]string{"string": "string", "boolean": "bool"}[s.Type], s.Type, nil
	case s.Type == "integer":
		return "int", "number", nil
	case s.Type == "number":
		return "float64", "number", nil
	case s.Type == "array" && s.Items != nil:
		goItem, tsItem, err := g.types(*s.Items)
		return "[]" + goItem, arrayOf(tsItem), err
	case s.Type == "object" && len(s.AdditionalProperties) > 0 && len(s.Properties) == 0:
		var values schema
		if err := json.Unmarshal(s.AdditionalProperties, &values); err != nil {
			return "", "", err
		}
		goValue, tsValue, err := g.types(values)
		return "map[string]" + goValue, "Record<string, " + tsValue + ">", err
	}
	return "", "", fmt.Errorf("type %q is outside the subset that this generator knows", s.Type)
}

func (g *generator) reference(ref string) (string, string, error) {
	target := ref
	if strings.HasPrefix(ref, "#") {
		target = g.file + ref
	}
	title, ok := g.titles[target]
	if !ok {
		return "", "", fmt.Errorf("$ref %s leads nowhere", ref)
	}
	return title, title, nil
}

func arrayOf(item string) string {
	if strings.Contains(item, "|") {
		return "(" + item + ")[]"
	}
	return item + "[]"
}

func exported(name string) string {
	if name == "id" {
		return "ID"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
