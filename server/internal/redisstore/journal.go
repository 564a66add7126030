package redisstore

import (
	"context"
	_ "embed" // For commit.lua.
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

var _ recording.Journal = (*Store)(nil)

//go:embed commit.lua
var commitSource string

// perCall bounds how many decisions one script call records, because Redis serves nobody else meanwhile.
const perCall = 512

// call is one atomic script call: some decisions of one shard.
type call struct {
	shard   int
	indices []int // Into the batch.
	keys    []string
	args    []any
	places  map[string]int
}

// Commit implements recording.Journal. Decisions of different shards stand or fall apart from each other.
func (s *Store) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	outcomes := make([]recording.Outcome, len(batch))
	calls := s.split(batch)
	replies := s.run(ctx, calls)
	for i, c := range calls {
		packed, err := replies[i].Text()
		if err == nil && len(packed) != 9*len(c.indices) {
			err = fmt.Errorf("script answered %d bytes for %d decisions", len(packed), len(c.indices))
		}
		for n, index := range c.indices {
			if err != nil {
				outcomes[index].Err = unavailable("commit to redis", err)
			} else {
				outcomes[index] = outcome(packed[9*n : 9*n+9])
			}
		}
	}
	return outcomes
}

func outcome(packed string) recording.Outcome {
	if packed[0] == 'c' {
		return recording.Outcome{Err: consent.ErrConflict}
	}
	at := time.UnixMicro(int64(binary.BigEndian.Uint64([]byte(packed[1:])))).UTC()
	return recording.Outcome{RecordedAt: at, Duplicate: packed[0] == 'd'}
}

// split groups the batch into calls, in order within each shard.
func (s *Store) split(batch []consent.Record) []*call {
	var calls []*call
	open := map[int]*call{}
	for index, record := range batch {
		shard := schemas.RedisShard(record.Site, record.Subject)
		c := open[shard]
		if c == nil || len(c.indices) == perCall {
			c = s.newCall(shard)
			open[shard] = c
			calls = append(calls, c)
		}
		c.add(index, record)
	}
	return calls
}

func (s *Store) newCall(shard int) *call {
	return &call{
		shard:  shard,
		keys:   []string{schemas.OutboxKey(shard), schemas.CursorKey(shard)},
		args:   []any{int64(s.options.HotWindow / time.Second), int64(schemas.ChoiceMinimum / time.Second), s.options.Replicas},
		places: map[string]int{},
	}
}

func (c *call) add(index int, record consent.Record) {
	key := schemas.ChoiceKey(c.shard, record.Site, record.Subject)
	place, known := c.places[key]
	if !known {
		c.keys = append(c.keys, key)
		place = len(c.keys) // Lua counts from one.
		c.places[key] = place
	}
	header := binary.BigEndian.AppendUint16(nil, uint16(place))
	header = append(header, record.ID[:]...)
	header = binary.BigEndian.AppendUint64(header, uint64(record.Digest()))
	header = binary.BigEndian.AppendUint64(header, uint64(consent.Micros(record.RecordedAt)))
	header = binary.BigEndian.AppendUint32(header, uint32(record.LifetimeDays*24*60*60))
	header = appendBool(header, grants(record))
	c.indices = append(c.indices, index)
	c.args = append(c.args, header, encode(record))
}

// grants reports whether anything was consented to.
func grants(record consent.Record) bool {
	for _, answers := range []map[string]bool{record.Purposes, record.Services} {
		for _, yes := range answers {
			if yes {
				return true
			}
		}
	}
	return false
}

// run sends all calls in one pipeline. A node that does not know the script, because it was restarted or promoted
// since, is sent the source: nothing of that call has happened yet. Both are pipelines because durabilityHook watches
// those.
func (s *Store) run(ctx context.Context, calls []*call) []*redis.Cmd {
	replies := make([]*redis.Cmd, len(calls))
	pipe := s.client.Pipeline()
	for i, c := range calls {
		replies[i] = pipe.EvalSha(ctx, s.commit.Hash(), c.keys, c.args...)
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
	for i, c := range calls {
		if redis.HasErrorPrefix(replies[i].Err(), "NOSCRIPT") {
			replies[i] = pipe.Eval(ctx, commitSource, c.keys, c.args...)
		}
	}
	_, _ = pipe.Exec(ctx) // As above: each reply carries its own error.
	return replies
}

// Current implements recording.Journal. It asks the master: a replica may not know the last choice yet.
func (s *Store) Current(ctx context.Context, site, subject string) (schemas.Current, error) {
	key := schemas.ChoiceKey(schemas.RedisShard(site, subject), site, subject)
	packed, err := s.get(ctx, key)
	if err != nil {
		return schemas.Current{}, found("read choice from redis", err)
	}
	record, err := decodeChoice(packed)
	if err != nil {
		return schemas.Current{}, err
	}
	return record.Current(), nil
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
