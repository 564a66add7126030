package redisstore

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
)

const (
	// perCall bounds how many decisions one script call records, because Redis serves nobody else meanwhile.
	perCall = 512
	// perPart bounds those of one shard in a call: an outbox entry counts its rows in a byte.
	perPart = 255
)

// call is one script call. One Redis takes the shards of a batch in one, which is cheaper than a call for each; a
// Cluster takes one shard a call, since a call cannot reach beyond its hash slot.
type call struct {
	parts     []*part
	count     int // Decisions.
	templates []template
	places    map[string]uint16 // In templates, by their bytes.
	room      []byte            // For the template at hand.
}

// template is packed together with its name.
type template struct {
	name   templateName
	packed []byte
}

// part is some decisions of one shard: they are recorded together or not at all.
type part struct {
	shard     int
	indices   []int    // Into the batch.
	templates []uint16 // Places in the call's, counted from one as Lua does. Rows count these from zero.
	headers   []byte
	rows      []byte
}

// split groups the batch into calls, in order within each shard.
func (s *Store) split(batch []consent.Record) []*call {
	_, apart := s.client.(*redis.ClusterClient)
	var calls []*call
	var open [schemas.RedisShards]*part
	callOf := map[*part]*call{}
	for index, record := range batch {
		shard := schemas.RedisShard(record.Site, record.Subject)
		p := open[shard]
		if p == nil || len(p.indices) == perPart || callOf[p].count == perCall {
			p = &part{shard: shard}
			if apart || len(calls) == 0 || calls[len(calls)-1].count == perCall {
				calls = append(calls, &call{places: map[string]uint16{}})
			}
			last := calls[len(calls)-1]
			last.parts = append(last.parts, p)
			open[shard], callOf[p] = p, last
		}
		callOf[p].add(p, index, record)
	}
	return calls
}

func (c *call) add(p *part, index int, record consent.Record) {
	c.count++
	place := c.place(record)
	p.indices = append(p.indices, index)
	p.headers = appendHeader(p.headers, record, place)
	p.rows = appendRow(p.rows, record, p.local(place))
}

// place returns the place of the record's template in the call's, counted from one.
func (c *call) place(record consent.Record) uint16 {
	c.room = appendTemplate(c.room[:0], record)
	place, known := c.places[string(c.room)]
	if !known {
		packed := append([]byte(nil), c.room...)
		c.templates = append(c.templates, template{nameFor(record, packed), packed})
		place = uint16(len(c.templates))
		c.places[string(packed)] = place
	}
	return place
}

// nameFor gives no name to refusals of notices that were never published: anybody can make up as many as there are names.
func nameFor(record consent.Record, packed []byte) templateName {
	if slices.Contains(record.Flags, consent.FlagUnknownNotice) {
		return nameless
	}
	return nameOf(packed)
}

// local returns the place in the part's templates.
func (p *part) local(place uint16) byte {
	for i, known := range p.templates {
		if known == place {
			return byte(i)
		}
	}
	p.templates = append(p.templates, place)
	return byte(len(p.templates) - 1)
}

// appendHeader packs what commit.lua has to know of a decision.
func appendHeader(out []byte, record consent.Record, template uint16) []byte {
	subject := nameSubject(record.Site, record.Subject)
	out = append(append(out, subject[:]...), record.ID[:]...)
	var digest [8]byte
	binary.BigEndian.PutUint64(digest[:], uint64(record.Digest()))
	out = append(out, digest[5:]...)
	out = appendMicros(out, record.RecordedAt)
	out = binary.BigEndian.AppendUint16(out, uint16(min(max(record.LifetimeDays, 0), math.MaxUint16)))
	out = appendBool(out, record.Grants())
	return binary.BigEndian.AppendUint16(out, template)
}

func (c *call) keys() []string {
	keys := make([]string, 0, 2*len(c.parts))
	for _, p := range c.parts {
		keys = append(keys, schemas.OutboxKey(p.shard), schemas.CursorKey(p.shard))
	}
	return keys
}

func (c *call) args(s *Store) []any {
	args := make([]any, 0, 5+2*len(c.templates)+3*len(c.parts))
	args = append(args, int64(s.options.HotWindow/time.Second), int64(schemas.ChoiceMinimum/time.Second),
		s.full, s.options.Replicas, len(c.templates))
	for _, t := range c.templates {
		args = append(args, t.name[:], t.packed)
	}
	for _, p := range c.parts {
		var places []byte
		for _, place := range p.templates {
			places = binary.BigEndian.AppendUint16(places, place)
		}
		args = append(args, p.headers, places, p.rows)
	}
	return args
}
