package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the module's version and what it was built with.
func (versionCommand) Run(env *environment) error {
	version, built := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, built = info.Main.Version, info.GoVersion
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				built += " " + setting.Value
			}
		}
	}
	_, err := fmt.Fprintf(env.stdout, "assent %s %s\n", version, built)
	return err
}
