package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
)

// subjectName stands for a subject of a site in Redis: the first 96 bits of a SHA-256. Whoever wants to meet one of a
// thousand million visitors' by trying secrets has to try 2^66.
type subjectName [12]byte

func nameSubject(site, subject string) subjectName {
	var room [128]byte
	sum := sha256.Sum256(append(appendString(room[:0], site), subject...))
	return subjectName(sum[:])
}

// bucket returns the place of the bucket that has the subject when a shard has that many. Buckets are split one after
// the other (linear hashing), so that their number follows that of the choices, from one to millions, and no write has
// to move more than one bucket. A subject's place only ever grows.
func (n subjectName) bucket(buckets uint32) uint32 {
	half := uint32(1)
	for half <= buckets/2 {
		half *= 2
	}
	place := binary.BigEndian.Uint32(n[:]) % (2 * half)
	if place >= buckets {
		place -= half
	}
	return place
}

const secondsPerDay = 24 * 60 * 60

// choice is a current choice as its bucket has it, see commit.lua.
type choice struct {
	recordedAt time.Time
	forgotten  time.Time // When it is as if it had never been.
	id         uuid.UUID
	template   templateName
}

func decodeChoice(packed []byte) (choice, error) {
	d := decoder{rest: packed}
	if err := checkVersion("choice", d.bytes(1)[0]); err != nil {
		return choice{}, err
	}
	c := choice{recordedAt: consent.FromMicros(d.micros())}
	c.forgotten = time.Unix(int64(binary.BigEndian.Uint16(d.bytes(2)))*secondsPerDay, 0)
	d.bytes(3) // The digest.
	c.id = uuid.UUID(d.bytes(len(c.id)))
	c.template = templateName(d.bytes(len(c.template)))
	if d.damaged || len(d.rest) > 0 {
		return choice{}, fmt.Errorf("decode choice: %w", errDamaged)
	}
	return c, nil
}

// Current implements recording.Journal. It asks the master: a replica may not know the last choice yet.
func (s *Store) Current(ctx context.Context, site, subject string) (schemas.Current, error) {
	shard, name := schemas.RedisShard(site, subject), nameSubject(site, subject)
	packed, err := s.findChoice(ctx, shard, name)
	if err != nil {
		return schemas.Current{}, found("read choice from redis", err)
	}
	choice, err := decodeChoice(packed)
	if err != nil {
		return schemas.Current{}, err
	}
	if !time.Now().Before(choice.forgotten) {
		return schemas.Current{}, consent.ErrNotFound
	}
	record, err := s.recordOf(ctx, shard, name, choice.template)
	if err != nil {
		return schemas.Current{}, found("read choice from redis", err)
	}
	record.RecordedAt, record.Subject = choice.recordedAt, subject
	return record.Current(), nil
}

// findChoice looks where the subject belongs by the number of buckets that the shard had when it was last asked: a
// choice is in no bucket but its own. Where there is none, the shard is asked again. The order counts: a subject that
// belongs there afterwards belonged there before.
func (s *Store) findChoice(ctx context.Context, shard int, name subjectName) ([]byte, error) {
	for {
		place := name.bucket(max(s.buckets[shard].Load(), 1))
		packed, err := s.client.HGet(ctx, schemas.BucketKey(shard, place), string(name[:])).Bytes()
		if !errors.Is(err, redis.Nil) {
			return packed, err
		}
		state, err := s.client.HMGet(ctx, schemas.CursorKey(shard), shardFields()...).Result()
		if err != nil {
			return nil, err
		}
		buckets, err := bucketsOf(state)
		if err != nil {
			return nil, err
		}
		s.buckets[shard].Store(buckets)
		if name.bucket(buckets) == place {
			return nil, redis.Nil
		}
	}
}

// shardFields are what bucketsOf reads of a shard.
func shardFields() []string {
	return []string{schemas.LayoutField, schemas.BucketsField, schemas.AddedRows}
}

// bucketsOf reads the fields of a shard, which may be empty.
func bucketsOf(fields []any) (uint32, error) {
	if len(fields) != 3 {
		return 0, fmt.Errorf("read shard: %w", errDamaged)
	}
	layout, known := fields[0].(string)
	switch {
	case known && layout != strconv.Itoa(layoutVersion):
		return 0, fmt.Errorf("redis has data of layout %s, this program keeps layout %d", layout, layoutVersion)
	case !known && fields[2] != nil: // The first layout did not tell.
		return 0, checkVersion("redis", 1)
	}
	return uint32(max(numbers(fields)[1], 1)), nil
}

// recordOf returns what the template says. A choice without a name for it has it in a key of its own.
func (s *Store) recordOf(ctx context.Context, shard int, subject subjectName, name templateName) (consent.Record, error) {
	if name != nameless {
		return s.template(ctx, shard, name)
	}
	packed, err := s.get(ctx, schemas.ApartKey(shard, string(subject[:])))
	if err != nil {
		return consent.Record{}, err
	}
	return decodeTemplate(packed)
}

// shardTemplate is a key of the templates that a store has read. What a name stands for never changes.
type shardTemplate struct {
	shard int
	name  templateName
}

// template returns the record that a shard's template stands for, from memory if it was read before. The memory is
// bounded as Redis' is: commit.lua names so many in each shard.
func (s *Store) template(ctx context.Context, shard int, name templateName) (consent.Record, error) {
	key := shardTemplate{shard, name}
	if known, ok := s.templates.Load(key); ok {
		return known.(consent.Record), nil
	}
	packed, err := s.client.HGet(ctx, schemas.CursorKey(shard), string(name[:])).Bytes()
	if errors.Is(err, redis.Nil) {
		return consent.Record{}, fmt.Errorf("shard %d has no template %x: %w", shard, name, errDamaged)
	}
	if err != nil {
		return consent.Record{}, err
	}
	record, err := decodeTemplate(packed)
	if err == nil {
		s.templates.Store(key, record)
	}
	return record, err
}
