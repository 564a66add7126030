package httpapi

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"assent/schemas"
)

// contract is openapi.yaml, compiled so that answers can be held against it.
type contract struct {
	mu       sync.Mutex // The compiler is for one goroutine; tests that run side by side share it.
	compiler *jsonschema.Compiler
	document map[string]any
	patterns map[string]*regexp.Regexp // Of paths.
}

var loadContract = sync.OnceValues(func() (*contract, error) {
	source, err := schemas.JSON.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	var tree any
	if err := yaml.Unmarshal(source, &tree); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(tree) // The validator wants what encoding/json makes of a document.
	if err != nil {
		return nil, err
	}
	c := &contract{compiler: jsonschema.NewCompiler(), patterns: map[string]*regexp.Regexp{}}
	c.compiler.AssertFormat()
	if err := json.Unmarshal(plain, &c.document); err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		return nil, err
	}
	if err := c.compiler.AddResource("openapi.yaml", document); err != nil {
		return nil, err
	}
	for path := range c.document["paths"].(map[string]any) {
		pattern := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+")
		c.patterns[path] = regexp.MustCompile("^" + strings.ReplaceAll(pattern, `\*`, ".*") + "$")
	}
	return c, c.addSchemas()
})

func (c *contract) addSchemas() error {
	files, err := fs.Glob(schemas.JSON, "*.schema.json")
	if err != nil {
		return err
	}
	for _, file := range files {
		document, err := schemas.Written(file)
		if err != nil {
			return err
		}
		if err := c.compiler.AddResource(file, document); err != nil {
			return err
		}
	}
	return nil
}

// path is the documented path that a request's path belongs to; the one with most literal text wins.
func (c *contract) path(requested string) string {
	best, literal := "", -1
	for path, pattern := range c.patterns {
		if n := len(regexp.MustCompile(`\{[a-z]+\}|\*`).ReplaceAllString(path, "")); n > literal && pattern.MatchString(requested) {
			best, literal = path, n
		}
	}
	return best
}

// check holds one answer against what is documented for its request.
func (c *contract) check(t *testing.T, method, path string, answer *http.Response, body []byte) {
	t.Helper()
	documented := c.path(path)
	steps := []string{"paths", documented, strings.ToLower(method), "responses", strconv.Itoa(answer.StatusCode)}
	response, pointer, ok := c.resolve(steps)
	if !ok {
		t.Errorf("%s %s: answer %d is not documented (as %q)", method, path, answer.StatusCode, documented)
		return
	}
	headers, _ := response["headers"].(map[string]any)
	for name := range headers {
		if answer.Header.Get(name) == "" {
			t.Errorf("%s %s: answer %d lacks the header %s", method, path, answer.StatusCode, name)
		}
	}
	content, _ := response["content"].(map[string]any)
	if method == http.MethodHead || len(content) == 0 {
		return
	}
	mediaType, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s %s: %v", method, path, err)
		return
	}
	media, ok := content[mediaType].(map[string]any)
	if !ok && content["*/*"] == nil {
		t.Errorf("%s %s: type %s of answer %d is not documented", method, path, mediaType, answer.StatusCode)
	}
	if media["schema"] != nil {
		c.validate(t, pointer+"/content/"+escape(mediaType)+"/schema", body)
	}
}

func (c *contract) validate(t *testing.T, pointer string, body []byte) {
	t.Helper()
	c.mu.Lock()
	schema, err := c.compiler.Compile("openapi.yaml#" + pointer)
	c.mu.Unlock()
	if err != nil {
		t.Fatalf("compile %s: %v", pointer, err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Errorf("answer is not JSON: %v\n%s", err, body)
		return
	}
	if err := schema.Validate(document); err != nil {
		t.Errorf("answer breaks the contract: %v\n%s", err, body)
	}
}

// resolve walks the document and follows one $ref at its end. It returns the node and its JSON Pointer.
func (c *contract) resolve(steps []string) (node map[string]any, pointer string, ok bool) {
	node, ok = c.document, true
	for _, step := range steps {
		if node, ok = node[step].(map[string]any); !ok {
			return nil, "", false
		}
		pointer += "/" + escape(step)
	}
	if ref, isRef := node["$ref"].(string); isRef {
		return c.resolve(strings.Split(strings.TrimPrefix(ref, "#/"), "/"))
	}
	return node, pointer, true
}

func escape(step string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
}

func TestEveryRouteIsDocumentedAndEveryDocumentedRouteExists(t *testing.T) {
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	var documented, routed []string
	for path, operations := range c.document["paths"].(map[string]any) {
		for method := range operations.(map[string]any) {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	parameter := regexp.MustCompile(`:([a-z]+)`)
	for _, route := range startServer(t).handler.(*echo.Echo).Routes() {
		if route.Method == echo.RouteNotFound {
			continue // Echo's own fallback of a group with middleware.
		}
		routed = append(routed, route.Method+" "+parameter.ReplaceAllString(route.Path, "{$1}"))
	}
	slices.Sort(documented)
	slices.Sort(routed)
	if !slices.Equal(documented, routed) {
		t.Errorf("documented:\n%s\nrouted:\n%s", strings.Join(documented, "\n"), strings.Join(routed, "\n"))
	}
}
