package main

import (
	"fmt"
	"os"

	"assent/server/internal/transfer"
)

// adequacyFlags name the operator's own list.
type adequacyFlags struct {
	Adequacy string `help:"File of the countries of the EEA and of the decisions of adequacy, as schemas/adequacy.json; its members replace the built-in ones." env:"ASSENT_ADEQUACY" placeholder:"FILE.json"`
}

func (f adequacyFlags) adequate() (transfer.List, error) {
	if f.Adequacy == "" {
		return transfer.BuiltIn(), nil
	}
	body, err := os.ReadFile(f.Adequacy)
	if err != nil {
		return transfer.List{}, fmt.Errorf("read decisions of adequacy: %w; give the path of a JSON file with --adequacy", err)
	}
	list, err := transfer.Parse(body)
	if err != nil {
		return transfer.List{}, fmt.Errorf("decisions of adequacy %s: %w", f.Adequacy, err)
	}
	return list, nil
}
