package clickhousestore

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

var _ shipping.Searchable = (*Store)(nil)

// heldQuery asks for single rows by the primary key. The ids stand in the text, which servers bound to 256 kB; asking
// for perQuery takes a quarter of it.
const (
	heldQuery = "SELECT DISTINCT hex(id), site, subject FROM decisions WHERE site IN ? AND id IN (%s)"
	perQuery  = 1000
)

// Missing implements shipping.Searchable.
func (s *Store) Missing(ctx context.Context, records []consent.Record) ([]consent.Record, error) {
	var missing []consent.Record
	for len(records) > 0 {
		some := records[:min(perQuery, len(records))]
		records = records[len(some):]
		held, err := s.held(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, record := range some {
			if !held[identityOf(record)] {
				missing = append(missing, record)
			}
		}
	}
	return missing, nil
}

// identity is what makes two deliveries the same decision.
type identity struct{ id, site, subject string }

func identityOf(r consent.Record) identity {
	return identity{id: strings.ToUpper(hexadecimal(r.ID)), site: r.Site, subject: r.Subject}
}

func (s *Store) held(ctx context.Context, records []consent.Record) (map[identity]bool, error) {
	var ids []string
	var sites []any
	named := map[string]bool{}
	for _, record := range records {
		ids = append(ids, fmt.Sprintf("toFixedString(unhex('%x'), 16)", record.ID[:]))
		if !named[record.Site] {
			named[record.Site] = true
			sites = append(sites, record.Site)
		}
	}
	held := map[identity]bool{}
	var one identity
	err := s.each(ctx, fmt.Sprintf(heldQuery, strings.Join(ids, ", ")), []any{clickhouse.GroupSet{Value: sites}}, []any{&one.id, &one.site, &one.subject}, func() {
		held[one] = true
	})
	return held, err
}
