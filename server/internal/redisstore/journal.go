package redisstore

import (
	"context"
	_ "embed" // For commit.lua.
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

var _ recording.Journal = (*Store)(nil)

//go:embed commit.lua
var commitSource string

// Lanes is how many commits at once are worth their while. One Redis takes one after the other anyway; while it does, the
// next batch grows, and greater batches cost both sides half as much for each decision as those of eight lanes. Of a
// Cluster some nodes may hang: a commit waits for all nodes that it concerns, and should not hold up everything else.
func (s *Store) Lanes() int {
	if _, several := s.client.(*redis.ClusterClient); several {
		return 8
	}
	return 1
}

// Commit implements recording.Journal. Decisions of different shards stand or fall apart from each other.
func (s *Store) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	outcomes := make([]recording.Outcome, len(batch))
	calls := s.split(batch)
	replies := s.run(ctx, calls)
	for i, c := range calls {
		answers, err := replies[i].StringSlice()
		if err == nil && len(answers) != len(c.parts) {
			err = fmt.Errorf("script answered for %d shards, not %d", len(answers), len(c.parts))
		}
		for n, p := range c.parts {
			if err != nil {
				p.fail(outcomes, err)
			} else {
				p.read(outcomes, answers[n])
			}
		}
	}
	return outcomes
}

func (p *part) fail(outcomes []recording.Outcome, err error) {
	for _, index := range p.indices {
		outcomes[index].Err = unavailable("commit to redis", err)
	}
}

// read takes the script's answer apart.
func (p *part) read(outcomes []recording.Outcome, answer string) {
	d := decoder{rest: []byte(answer)}
	if answer == "" || answer[0] == '!' {
		p.fail(outcomes, fmt.Errorf("shard %d: %q", p.shard, answer))
		return
	}
	clock := d.micros()
	for _, index := range p.indices {
		outcomes[index] = d.outcome(clock)
	}
	if d.damaged || len(d.rest) > 0 {
		p.fail(outcomes, fmt.Errorf("script's answer of %d bytes for %d decisions: %w", len(answer), len(p.indices), errDamaged))
	}
}

func (d *decoder) outcome(clock int64) recording.Outcome {
	status := d.bytes(1)[0]
	at := d.stamp(clock)
	if status == 'c' {
		return recording.Outcome{Err: consent.ErrConflict}
	}
	return recording.Outcome{RecordedAt: at, Duplicate: status == 'd'}
}

// run sends all calls in one pipeline. A node that does not know the script, because it was restarted or promoted
// since, is sent the source: nothing of that call has happened yet. Both are pipelines because durabilityHook watches
// those.
func (s *Store) run(ctx context.Context, calls []*call) []*redis.Cmd {
	replies := make([]*redis.Cmd, len(calls))
	keys, args := make([][]string, len(calls)), make([][]any, len(calls))
	pipe := s.client.Pipeline()
	for i, c := range calls {
		keys[i], args[i] = c.keys(), c.args(s)
		replies[i] = pipe.EvalSha(ctx, s.commit.Hash(), keys[i], args[i]...)
	}
	// Each reply carries its own error, which is what counts.
	_, err := pipe.Exec(ctx)
	if err == nil {
		return replies
	}
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		// A lost master refuses connections and cannot say who took over; without this the client would ask it on.
		cluster.ReloadState(ctx)
	}
	pipe = s.client.Pipeline()
	for i := range calls {
		if redis.HasErrorPrefix(replies[i].Err(), "NOSCRIPT") {
			replies[i] = pipe.Eval(ctx, commitSource, keys[i], args[i]...)
		}
	}
	_, _ = pipe.Exec(ctx) // As above: each reply carries its own error.
	return replies
}

// get returns redis.Nil when there is no such key.
func (s *Store) get(ctx context.Context, key string) ([]byte, error) {
	return s.client.Get(ctx, key).Bytes()
}

// unavailable marks an error as the store's, not the request's.
func unavailable(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w", doing, consent.ErrUnavailable, err)
}

// found turns "no such key" into the shared error kind.
func found(doing string, err error) error {
	if errors.Is(err, redis.Nil) {
		return consent.ErrNotFound
	}
	return unavailable(doing, err)
}
