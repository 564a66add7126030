package clickhousestore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
)

var _ demodata.Trail = (*Store)(nil)

// mutationInterval is how often ClickHouse is asked whether it has removed what it was told to.
const mutationInterval = 100 * time.Millisecond

// unfinished counts the removals that a server has not carried out yet, by a part of their text.
const unfinished = "SELECT count() FROM %s WHERE database = ? AND is_done = 0 AND position(command, ?) > 0"

// RemoveTrail implements demodata.Trail. ClickHouse writes the parts that hold the site anew, all others stay as they are.
func (s *Store) RemoveTrail(ctx context.Context, site string) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	condition := "site = " + literal(site)
	return s.remove(ctx, condition, condition, "decisions", "exposures")
}

// literal quotes a text. Ids of sites have nothing but letters and digits; the rest is for whoever comes later.
func literal(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

// remove removes the rows that fulfil the condition from tables, and waits until that is done. The mark is a part of the
// condition that tells it from others, in ClickHouse's spelling too.
func (s *Store) remove(ctx context.Context, condition, mark string, tables ...string) error {
	for _, table := range tables {
		if err := s.persist(ctx, s.cluster.place("ALTER TABLE "+table+" DELETE WHERE "+condition)); err != nil {
			return s.unavailable("remove from", err)
		}
	}
	return s.awaitMutation(ctx, mark)
}

// awaitMutation waits until all that has this in its text was carried out.
func (s *Store) awaitMutation(ctx context.Context, mark string) error {
	for {
		var left uint64
		if err := s.each(ctx, fmt.Sprintf(unfinished, s.cluster.mutations()), []any{s.options.Auth.Database, mark}, []any{&left}, func() {}); err != nil || left == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("clickhouse goes on with the removal by itself: %w: %w", consent.ErrUnavailable, ctx.Err())
		case <-time.After(mutationInterval):
		}
	}
}

// mutations names what tells of removals: of each shard one replica, which the others follow.
func (c *cluster) mutations() string {
	if c == nil {
		return "system.mutations"
	}
	return "cluster('" + c.name + "', system.mutations)"
}
