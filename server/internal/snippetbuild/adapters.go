package snippetbuild

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/snippet"
)

// notAdapters are the files beside the adapters.
var notAdapters = []string{"adapter", "vendors"}

// hasFile reports whether an adapter is code of its own, snippet/src/vendors/{name}.ts.
func hasFile(name string) bool {
	if name == "" || slices.Contains(notAdapters, name) {
		return false
	}
	_, err := fs.Stat(snippet.Sources(), "vendors/"+name+".ts")
	return err == nil
}

// adapterModule is the module that stands for `assent:adapters`: it imports what the notice names and nothing else.
func adapterModule(n schemas.Notice) (string, error) {
	var imports, list strings.Builder
	for i, name := range adapterNames(n) {
		if !hasFile(name) {
			return "", fmt.Errorf("there is no adapter %q: leave the member out, and the service is held back by not loading it", name)
		}
		services, err := quote(namedBy(n, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&imports, "import {adapter as adapter%d} from './vendors/%s.ts';\n", i, name)
		fmt.Fprintf(&list, "[adapter%d,%s],", i, services)
	}
	return imports.String() + "export const adapters=[" + list.String() + "];\n", nil
}

// adapterNames returns each adapter of the notice once, without those that Consent Mode alone covers.
func adapterNames(n schemas.Notice) []string {
	names := []string{}
	for _, s := range n.Services {
		covered := consent.IsGoogle(s) && !hasFile(s.Adapter)
		if s.Adapter != "" && !covered && !slices.Contains(names, s.Adapter) {
			names = append(names, s.Adapter)
		}
	}
	return names
}

func namedBy(n schemas.Notice, adapter string) []string {
	ids := []string{}
	for _, s := range n.Services {
		if s.Adapter == adapter {
			ids = append(ids, s.ID)
		}
	}
	return ids
}
