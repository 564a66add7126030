package main

import (
	"fmt"

	"assent/server/internal/witnessing"
)

// witnessFlags say who sees the log's checkpoints, and whose are seen here.
type witnessFlags struct {
	Witness   []string `help:"Where each checkpoint of the log of decisions goes: a file, a webhook's address, or KEY@ADDRESS of another deployment's /log/witness; may be given several times." name:"witness" env:"ASSENT_WITNESS" placeholder:"FILE|URL|KEY@URL"`
	WitnessOf []string `help:"Key of another deployment's log, as its /log/key answers, whose checkpoints are cosigned here; may be given several times." name:"witness-of" env:"ASSENT_WITNESS_OF" placeholder:"KEY"`
}

func (f *witnessFlags) recipients() (witnessing.Recipients, error) {
	recipients, err := witnessing.Parse(f.Witness)
	if err != nil {
		return nil, fmt.Errorf("--witness: %w", err)
	}
	return recipients, nil
}
