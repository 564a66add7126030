package main

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/integration"
	"assent/server/internal/outbound"
	"assent/server/internal/requests"
)

type integrationFlags struct {
	IntegrationNetwork []string `help:"Private network where integrations may be, beside the Internet, such as 10.0.0.0/8; may be given several times." name:"integration-network" env:"ASSENT_INTEGRATION_NETWORK" placeholder:"NETWORK"`
}

func (f integrationFlags) networks() (networks []netip.Prefix, err error) {
	for _, text := range f.IntegrationNetwork {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--integration-network %q is no network; write it as 10.0.0.0/8 or 10.0.0.1/32", text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// integrations sets up who tells them. An embedded store that records is read like a log; on the way from Redis to the ledger
// decisions are noted.
func (s *server) integrations(stores *stores, front outside) integration.Desk {
	permit := integration.Within(front.reachable)
	s.informer = &integration.Keeper{
		Store: stores.front, Journal: stores.front, Notices: s.catalog.Notice, Restricted: requests.HonouredIn(stores.front).IsRestricted, Client: integration.NewClient(outbound.Guard{Permit: permit}), Ring: s.sealing,
		PublicURL: front.url,
		Holder:    uuid.NewString(), Now: time.Now, Logger: s.log,
	}
	if followed, isLog := stores.front.(integration.Log); isLog {
		s.informer.Log = followed
	} else {
		s.informer.Shared = true
	}
	return integration.Desk{Keeper: s.informer, Permit: permit}
}
