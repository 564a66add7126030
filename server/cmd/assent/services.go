package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"assent/schemas"
	"assent/server/internal/catalogue"
)

type servicesCommand struct {
	Name string `arg:"" optional:"" help:"Part of an id, a name, a provider or a host."`
	JSON bool   `help:"Print all that is known of them, in the shape of a notice's services." name:"json"`
}

// Run prints one service a line: id, name, purpose, provider.
func (c *servicesCommand) Run(env *environment) error {
	found := []schemas.Service{}
	for _, s := range catalogue.All() {
		if c.matches(s) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("no service matches %q; list all with: assent services", c.Name)
	}
	if c.JSON {
		encoder := json.NewEncoder(env.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(found)
	}
	table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, s := range found {
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.ID, s.Name, s.Purpose, s.Provider); err != nil {
			return err
		}
	}
	return table.Flush()
}

func (c *servicesCommand) matches(s schemas.Service) bool {
	about := strings.Join(append([]string{s.ID, s.Name, s.Provider}, s.Hosts...), "\n")
	return strings.Contains(strings.ToLower(about), strings.ToLower(c.Name))
}
