package clickhousestore

import (
	"context"
	"fmt"
	"strings"
	"time"

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
	// Ids of sites have nothing but letters and digits; the rest is for whoever comes later.
	condition := "site = '" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(site) + "'"
	for _, table := range []string{"decisions", "exposures"} {
		if err := s.persist(ctx, s.cluster.place("ALTER TABLE "+table+" DELETE WHERE "+condition)); err != nil {
			return s.unavailable("remove from", err)
		}
	}
	return s.awaitMutation(ctx, condition)
}

// awaitMutation waits until all that has this in its text was carried out.
func (s *Store) awaitMutation(ctx context.Context, condition string) error {
	for {
		var left uint64
		if err := s.each(ctx, fmt.Sprintf(unfinished, s.cluster.mutations()), []any{s.options.Auth.Database, condition}, []any{&left}, func() {}); err != nil || left == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("clickhouse goes on with the removal by itself: %w", ctx.Err())
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
