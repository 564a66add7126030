package main

import (
	"fmt"
	"net"
	"os"
	"strings"

	"assent/server/internal/httpapi"
	"assent/server/internal/region"
)

// regionFlags name the operator's own lists.
type regionFlags struct {
	Regions string `help:"File of which country or state is under which rules, as schemas/regimes.json; its members replace the built-in ones." env:"ASSENT_REGIONS" placeholder:"FILE.json"`
}

func (f regionFlags) rules() (region.Rules, error) {
	if f.Regions == "" {
		return region.Default()
	}
	body, err := os.ReadFile(f.Regions)
	if err != nil {
		return region.Rules{}, fmt.Errorf("read regions: %w; give the path of a JSON file with --regions", err)
	}
	rules, err := region.Parse(body)
	if err != nil {
		return region.Rules{}, fmt.Errorf("regions %s: %w", f.Regions, err)
	}
	return rules, nil
}

// regions reads the rules and what tells where visitors are.
func (c *serveCommand) regions(proxies []*net.IPNet) (httpapi.Regions, error) {
	rules, err := c.rules()
	if err != nil || c.CountryHeader+c.RegionHeader+c.GeoFile == "" {
		return httpapi.Regions{Rules: rules}, err
	}
	locator, err := region.NewLocator(region.Sources{
		CountryHeader: c.CountryHeader, SubdivisionHeader: c.RegionHeader, Proxies: proxies, File: c.GeoFile,
	})
	return httpapi.Regions{Rules: rules, Locator: locator}, err
}

type regionsCommand struct {
	regionFlags
	Place []string `arg:"" help:"ISO 3166 codes such as DE, US or US-CA."`
}

// Run prints a line per place: regime, whether the browser's signal is law, and the age of consent.
func (c *regionsCommand) Run(env *environment) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	for _, code := range c.Place {
		place, err := region.ParsePlace(code)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s\t%s", strings.ToUpper(code), rules.Regime(place))
		if rules.IsSignalLaw(place) {
			line += "\tprivacy signal (GPC) is law"
		}
		if age := rules.Age(place); age > 0 {
			line += fmt.Sprintf("\tconsent from the age of %d", age)
		}
		if _, err := fmt.Fprintln(env.stdout, line); err != nil {
			return err
		}
	}
	return nil
}
