package main

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
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

type healthcheckCommand struct {
	Addr string `help:"Address of the server." env:"ASSENT_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
}

// Run asks /healthz.
func (c *healthcheckCommand) Run(env *environment) error {
	client := http.Client{Timeout: 3 * time.Second}
	request, err := http.NewRequestWithContext(env.ctx, http.MethodGet, "http://"+c.Addr+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("address %q: %w; give it as HOST:PORT with --addr", c.Addr, err)
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("no server answers at %s; start one with: assent serve", c.Addr)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s answers %s", c.Addr, response.Status)
	}
	return nil
}
