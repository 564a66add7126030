// Package catalogue knows well-known third parties: what they are for, who runs them, where they load from and what they
// leave in the browser. Each is a file in schemas/catalogue.
package catalogue

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"assent/schemas"
)

// The purposes that the catalogue uses; a notice may have others.
const (
	functional = "functional"
	marketing  = "marketing"
)

// read decodes the files once. Only a faulty build can fail here.
var read = sync.OnceValue(func() []schemas.Service {
	files, err := fs.Glob(schemas.Catalogue, "catalogue/*.json")
	if err != nil || len(files) == 0 {
		panic(fmt.Sprintf("embedded catalogue: %d files, %v", len(files), err))
	}
	services := make([]schemas.Service, len(files))
	for i, file := range files {
		body, err := schemas.Catalogue.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(body, &services[i])
		}
		if err != nil {
			panic(fmt.Sprintf("embedded catalogue %s: %v", file, err))
		}
	}
	slices.SortFunc(services, func(a, b schemas.Service) int { return strings.Compare(a.ID, b.ID) })
	return services
})

// All returns the services by id. The caller must not change the lists inside.
func All() []schemas.Service { return slices.Clone(read()) }

// Find returns the service with that id.
func Find(id string) (schemas.Service, bool) {
	i, found := slices.BinarySearchFunc(read(), id, func(s schemas.Service, id string) int { return strings.Compare(s.ID, id) })
	if !found {
		return schemas.Service{}, false
	}
	return read()[i], true
}

// Fill returns s with what it leaves out taken from the catalogue's entry of the same id, if there is one. What s has
// itself stays. An empty list counts as left out, because decoding makes no difference between the two; a service that
// is to have no hosts, cookies or storage goes under an id of its own.
func Fill(s schemas.Service, purposes []schemas.Purpose) schemas.Service {
	known, found := Find(s.ID)
	if !found {
		return s
	}
	s.Purpose = cmp.Or(s.Purpose, purpose(known, purposes))
	s.Name = cmp.Or(s.Name, known.Name)
	s.Kind = cmp.Or(s.Kind, known.Kind)
	s.Provider = cmp.Or(s.Provider, known.Provider)
	s.Hosts = orKnown(s.Hosts, known.Hosts)
	s.Cookies = orKnown(s.Cookies, known.Cookies)
	s.Storage = orKnown(s.Storage, known.Storage)
	s.Country = cmp.Or(s.Country, known.Country)
	s.Safeguard = cmp.Or(s.Safeguard, known.Safeguard)
	s.Retention = cmp.Or(s.Retention, known.Retention)
	s.Policy = cmp.Or(s.Policy, known.Policy)
	s.Adapter = cmp.Or(s.Adapter, known.Adapter)
	return s
}

func orKnown(own, known []string) []string {
	if len(own) > 0 {
		return own
	}
	return slices.Clone(known)
}

// purpose returns the purpose of a catalogue service on a site with these purposes. Where the site lacks it, a service
// that is merely functional is asked for as marketing, the stricter. No purpose is invented: the answer may be one that
// the site does not have, and then nothing grants the service.
func purpose(s schemas.Service, purposes []schemas.Purpose) string {
	has := func(id string) bool { return slices.Contains(purposes, schemas.Purpose{ID: id}) }
	if s.Purpose == functional && !has(functional) {
		return marketing
	}
	return s.Purpose
}
