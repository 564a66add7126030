package region

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Sources say how to find out where visitors are. All are optional; without any nobody's place is known.
type Sources struct {
	// CountryHeader and SubdivisionHeader name the request headers in which a proxy tells the country, such as
	// CF-IPCountry, and the subdivision, such as CF-Region-Code.
	CountryHeader, SubdivisionHeader string
	// Proxies are the networks whose headers are believed.
	Proxies []*net.IPNet
	// File is the path of a database in MaxMind's format that knows countries or cities by address.
	File string
}

// Locator finds out where a visitor is. It keeps nothing of what it is asked.
type Locator struct {
	sources  Sources
	database *maxminddb.Reader // nil without a file.
}

// NewLocator reads the file, if there is one. It is read as a whole: a mapped file that somebody writes over ends the
// process.
func NewLocator(s Sources) (*Locator, error) {
	if (s.CountryHeader != "" || s.SubdivisionHeader != "") && len(s.Proxies) == 0 {
		return nil, fmt.Errorf("a header that tells the country is believed from a trusted proxy only: name its network with --trusted-proxy")
	}
	if s.SubdivisionHeader != "" && s.CountryHeader == "" {
		return nil, fmt.Errorf("a subdivision means nothing without its country: name its header with --country-header")
	}
	l := &Locator{sources: s}
	if s.File == "" {
		return l, nil
	}
	body, err := os.ReadFile(s.File)
	if err != nil {
		return nil, fmt.Errorf("read places: %w; give the path of a database in MaxMind's format (.mmdb) with --geo-file", err)
	}
	database, err := maxminddb.OpenBytes(body)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w; give a database in MaxMind's format (.mmdb) with countries or cities", s.File, err)
	}
	l.database = database
	return l, nil
}

// Headers are the names of the request headers that an answer depends on.
func (l *Locator) Headers() []string {
	var names []string
	for _, name := range []string{l.sources.CountryHeader, l.sources.SubdivisionHeader} {
		if name != "" {
			names = append(names, http.CanonicalHeaderKey(name))
		}
	}
	return names
}

// Place returns where the visitor behind a request is. A header counts only when the connection comes from a trusted
// proxy; where none tells, the file is asked by the client's address. A proxy's own address, which is left where its
// X-Forwarded-For cannot be read, says nothing of the visitor.
func (l *Locator) Place(r *http.Request, client string) Place {
	if remote, _, err := net.SplitHostPort(r.RemoteAddr); err == nil && l.isProxy(remote) {
		if p := place(r.Header.Get(l.sources.CountryHeader), r.Header.Get(l.sources.SubdivisionHeader)); p != "" {
			return p
		}
	}
	if l.isProxy(client) {
		return ""
	}
	return l.lookUp(client)
}

func (l *Locator) isProxy(address string) bool {
	ip := net.ParseIP(address)
	if ip == nil {
		return false
	}
	for _, network := range l.sources.Proxies {
		if network.Contains(ip) {
			return true
		}
	}
	return false
}

// unknown are codes that CDNs and databases have for no country: nowhere, the Tor network, and somewhere in Europe or
// in Asia and the Pacific.
var unknown = map[string]bool{"XX": true, "T1": true, "ZZ": true, "EU": true, "AP": true}

// ParsePlace reads a code in any case, as an operator writes it. One that stands for no country is nowhere, which is "".
func ParsePlace(code string) (Place, error) {
	p := Place(strings.ToUpper(strings.TrimSpace(code)))
	if unknown[string(p)] {
		return "", nil
	}
	if !p.valid() {
		return "", fmt.Errorf("%q is no ISO 3166 code; write DE or US-CA", code)
	}
	return p, nil
}

// place joins what headers or the file say, or returns nothing where it is no code. The subdivision may come with its
// country, as in US-CA, or without.
func place(country, part string) Place {
	country = strings.ToUpper(strings.TrimSpace(country))
	if p := Place(country); !p.valid() || len(country) != 2 || unknown[country] {
		return ""
	}
	part = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(part)), country+"-")
	if whole := Place(country + "-" + part); whole.valid() {
		return whole
	}
	return Place(country)
}

// lookUp asks the file. An address that it does not know, or cannot read, is nowhere.
func (l *Locator) lookUp(client string) Place {
	address, err := netip.ParseAddr(client)
	if l.database == nil || err != nil {
		return ""
	}
	var found struct {
		Country struct {
			Code string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
		Subdivisions []struct {
			Code string `maxminddb:"iso_code"`
		} `maxminddb:"subdivisions"`
	}
	if err := l.database.Lookup(address.Unmap()).Decode(&found); err != nil {
		return ""
	}
	if len(found.Subdivisions) == 0 {
		return place(found.Country.Code, "")
	}
	return place(found.Country.Code, found.Subdivisions[0].Code)
}
