package sequencing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/transparency"
)

var (
	_ transparency.Store   = (*Store)(nil)
	_ transparency.Index   = (*Store)(nil)
	_ transparency.Archive = (*Store)(nil)
)

// Store is a journal and a ledger with a log.
type Store struct {
	Journal Journal
	Ledger  Ledger
	Now     func() time.Time
}

// Names of the journal's fields.
const (
	keyField        = "key"
	sizeField       = "size"
	checkpointField = "checkpoint"
	tokenField      = "token"    // Of the addition that is on its way; absent when none is.
	growingField    = "growing"  // That addition.
	cursorsField    = "cursors"  // Up to where each shard of the outbox was taken; absent before the log begins.
	adoptingField   = "adopting" // Up to where decisions were taken from the ledger; absent when that is over.
)

// LogKey implements transparency.Store.
func (s *Store) LogKey(ctx context.Context) (transparency.Key, error) {
	fields, err := s.Journal.TranscriptFields(ctx, keyField)
	if err != nil {
		return transparency.Key{}, err
	}
	if fields[keyField] == "" {
		return transparency.Key{}, consent.ErrNotFound
	}
	var key transparency.Key
	if err := json.Unmarshal([]byte(fields[keyField]), &key); err != nil {
		return transparency.Key{}, fmt.Errorf("decode log key: %w", err)
	}
	return key, nil
}

// KeepLogKey implements transparency.Store.
func (s *Store) KeepLogKey(ctx context.Context, key transparency.Key) error {
	document, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("encode log key: %w", err)
	}
	return s.Journal.KeepTranscriptField(ctx, keyField, string(document))
}

// Checkpoint implements transparency.Store.
func (s *Store) Checkpoint(ctx context.Context) (string, error) {
	fields, err := s.Journal.TranscriptFields(ctx, checkpointField)
	return fields[checkpointField], err
}

// state is how far the log is.
type state struct {
	key        transparency.Key
	log        string // Its name.
	size       int64
	checkpoint string
	token      string
	cursors    []string
	adopting   *Identity // nil when nothing is taken from the ledger.
}

func (s *Store) state(ctx context.Context) (state, error) {
	fields, err := s.Journal.TranscriptFields(ctx, keyField, sizeField, checkpointField, tokenField, cursorsField, adoptingField)
	if err != nil {
		return state{}, err
	}
	now := state{checkpoint: fields[checkpointField], token: fields[tokenField]}
	if fields[keyField] == "" {
		return state{}, errors.New("the log's key is gone from the journal: a server that starts begins a new log, of another name; restore the journal to go on with the old one")
	}
	for name, into := range map[string]any{keyField: &now.key, sizeField: &now.size, cursorsField: &now.cursors, adoptingField: &now.adopting} {
		if fields[name] == "" {
			continue
		}
		if err := json.Unmarshal([]byte(fields[name]), into); err != nil {
			return state{}, fmt.Errorf("read %s of the log: %w", name, err)
		}
	}
	now.log, _, _ = strings.Cut(now.key.Public, "+")
	return now, nil
}

// addition is what is written down before the ledger gets it: the growth, and how far the log is then.
type addition struct {
	Token  string
	Growth Growth
	Buried int // Tombstones in it.
	Passed passed
}

// passed is up to where decisions were looked at.
type passed struct {
	Shards   map[int]string
	Adopting *Identity
	Adopted  bool // All that the ledger had.
}

func (p passed) isNothing() bool { return len(p.Shards) == 0 && p.Adopting == nil && !p.Adopted }

// fields are the journal's after that.
func (p passed) fields(from state) (map[string]string, error) {
	cursors := append([]string(nil), from.cursors...)
	for shard, id := range p.Shards {
		cursors[shard] = id
	}
	text, err := json.Marshal(cursors)
	if err != nil {
		return nil, err
	}
	fields := map[string]string{cursorsField: string(text)}
	if p.Adopting != nil {
		place, err := json.Marshal(p.Adopting)
		if err != nil {
			return nil, err
		}
		fields[adoptingField] = string(place)
	}
	if p.Adopted {
		fields[adoptingField] = ""
	}
	return fields, nil
}

// Extend implements transparency.Store.
func (s *Store) Extend(ctx context.Context, a transparency.Addition) error {
	now, err := s.state(ctx)
	if err != nil {
		return err
	}
	at := s.Now()
	next := addition{Token: uuid.NewString(), Growth: Growth{From: a.From, Version: at.UnixMicro(), Hour: at.Unix() / 3600, Tiles: a.Tiles, Checkpoint: a.Checkpoint}}
	for i, entry := range a.Entries {
		line := Line{Salt: entry.Salt, Commitment: entry.Commitment, Tombstone: a.Taken[i].Tombstone}
		if line.Tombstone == nil {
			line.Of = IdentityOf(a.Taken[i].Record)
		} else {
			next.Buried++
		}
		next.Growth.Lines = append(next.Growth.Lines, line)
	}
	if err := json.Unmarshal([]byte(a.Taken[len(a.Taken)-1].Source), &next.Passed); err != nil {
		return fmt.Errorf("read how far decisions were taken: %w", err)
	}
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("write addition to the log: %w", err)
	}
	isOurs, err := s.Journal.ChangeTranscript(ctx, a.From, "", 0, map[string]string{tokenField: next.Token, growingField: string(text)})
	if err != nil {
		return err
	}
	if !isOurs {
		return transparency.ErrMoved
	}
	now.token = next.Token
	return s.finish(ctx, now)
}

// finish carries through what was written down, by this process or by one that is gone.
func (s *Store) finish(ctx context.Context, now state) error {
	fields, err := s.Journal.TranscriptFields(ctx, growingField)
	if err != nil {
		return err
	}
	if fields[growingField] == "" {
		return transparency.ErrMoved
	}
	var next addition
	if err := json.Unmarshal([]byte(fields[growingField]), &next); err != nil {
		return fmt.Errorf("read addition to the log: %w", err)
	}
	if next.Token != now.token {
		return transparency.ErrMoved
	}
	if err := s.Ledger.Grow(ctx, now.log, next.Growth); err != nil {
		return err
	}
	changes, err := next.Passed.fields(now)
	if err != nil {
		return err
	}
	changes[sizeField] = strconv.FormatInt(next.Growth.From+int64(len(next.Growth.Lines)), 10)
	changes[checkpointField], changes[tokenField], changes[growingField] = next.Growth.Checkpoint, "", ""
	if _, err := s.Journal.ChangeTranscript(ctx, next.Growth.From, next.Token, next.Buried, changes); err != nil {
		return err
	}
	return s.Journal.LoggedTo(ctx, next.Passed.Shards)
}

// WaitingDecisions implements transparency.Store. It returns more than limit rather than tear apart what was recorded together.
func (s *Store) WaitingDecisions(ctx context.Context, limit int) ([]transparency.Waiting, error) {
	now, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, now); err != nil {
		return nil, err
	}
	w := waiting{Store: s, now: now, limit: limit, taken: map[Identity]bool{}, seen: passed{Shards: map[int]string{}}}
	if err := w.take(ctx); err != nil {
		return nil, err
	}
	if len(w.found) > 0 || w.seen.isNothing() {
		return w.found, nil
	}
	// All of it was in the log before, or is never to be.
	fields, err := w.seen.fields(now)
	if err != nil {
		return nil, err
	}
	isOurs, err := s.Journal.ChangeTranscript(ctx, now.size, "", w.stale, fields)
	if err != nil {
		return nil, err
	}
	if isOurs {
		if err := s.Journal.LoggedTo(ctx, w.seen.Shards); err != nil {
			return nil, err
		}
	}
	return nil, transparency.ErrMoved
}

// settle brings the journal's state and the ledger's together. Where it has changed anything, it returns ErrMoved.
func (s *Store) settle(ctx context.Context, now state) error {
	if now.token != "" {
		return errors.Join(s.finish(ctx, now), transparency.ErrMoved)
	}
	checkpoint, size, err := s.Ledger.LastCheckpoint(ctx, now.log)
	switch {
	case err != nil:
		return err
	case size < now.size:
		return fmt.Errorf("the ledger has lost entries of the log: it has %d, and a head of %d was signed; restore it, and run assent verify", size, now.size)
	case size > now.size:
		// A fail-over has taken the journal back to before the latest head, which was given out.
		if _, err := transparency.OpenCheckpoint(checkpoint, now.key.Public); err != nil {
			return fmt.Errorf("the ledger has a head of the log that nobody signed: %w; run assent verify", err)
		}
		_, err := s.Journal.ChangeTranscript(ctx, now.size, "", 0, map[string]string{sizeField: strconv.FormatInt(size, 10), checkpointField: checkpoint})
		return errors.Join(err, transparency.ErrMoved)
	}
	beginning := passed{Adopting: &Identity{}}
	if now.cursors == nil {
		cursors, err := s.Journal.BeginTranscript(ctx)
		if err != nil {
			return err
		}
		now.cursors = cursors
		return s.adopt(ctx, now, beginning)
	}
	_, isOvertaken, err := s.Journal.ShippedTo(ctx)
	if err != nil || !isOvertaken {
		return err
	}
	if err := s.adopt(ctx, now, beginning); !errors.Is(err, transparency.ErrMoved) {
		return err
	}
	return errors.Join(s.Journal.CatchUpWith(ctx), transparency.ErrMoved)
}

// adopt makes the log take what the ledger has, before it goes on with the outbox.
func (s *Store) adopt(ctx context.Context, now state, beginning passed) error {
	fields, err := beginning.fields(now)
	if err != nil {
		return err
	}
	_, err = s.Journal.ChangeTranscript(ctx, now.size, "", 0, fields)
	return errors.Join(err, transparency.ErrMoved)
}

// Unlogged implements transparency.Store.
func (s *Store) Unlogged(ctx context.Context) (count int64, err error) {
	now, err := s.state(ctx)
	if err != nil {
		return 0, err
	}
	for shard, cursor := range now.cursors {
		err := s.Journal.Outgoing(ctx, shard, cursor, func(records []consent.Record) error {
			for _, one := range records {
				if one.Site != demodata.Site {
					count++
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return count, nil
}

// TileData implements transparency.TileStore.
func (s *Store) TileData(ctx context.Context, level int, n int64) ([]byte, error) {
	key, err := s.LogKey(ctx)
	if err != nil {
		return nil, err
	}
	log, _, _ := strings.Cut(key.Public, "+")
	return s.Ledger.Tile(ctx, log, level, n)
}

// EntryBundle implements transparency.TileStore.
func (s *Store) EntryBundle(ctx context.Context, n int64) ([]transparency.Entry, error) {
	now, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	from := n * transparency.TileWidth
	lines, _, err := s.Ledger.Lines(ctx, now.log, from, min(from+transparency.TileWidth, now.size))
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, consent.ErrNotFound
	}
	var entries []transparency.Entry
	for i, line := range lines {
		entries = append(entries, transparency.Entry{Position: from + int64(i) + 1, Salt: line.Salt, Commitment: line.Commitment})
	}
	return entries, nil
}

// Placed implements transparency.Index.
func (s *Store) Placed(ctx context.Context, r consent.Record) (transparency.Placed, error) {
	now, err := s.state(ctx)
	if err != nil {
		return transparency.Placed{}, err
	}
	of := IdentityOf(r)
	held, err := s.Ledger.Held(ctx, []Identity{of})
	if err != nil {
		return transparency.Placed{}, err
	}
	kept, isHeld := held[of]
	if !isHeld {
		return transparency.Placed{}, consent.ErrNotFound
	}
	places, err := s.Ledger.Places(ctx, now.log, now.size, []consent.Record{r})
	if err != nil {
		return transparency.Placed{}, err
	}
	place, isLogged := places[of]
	if !isLogged {
		return transparency.Placed{}, transparency.ErrNotYet
	}
	lines, _, err := s.Ledger.Lines(ctx, now.log, place, place+1)
	if err != nil {
		return transparency.Placed{}, err
	}
	if len(lines) == 0 {
		return transparency.Placed{}, transparency.ErrNotYet
	}
	return transparency.Placed{Index: place, Salt: lines[0].Salt, Record: kept.Record}, nil
}

// Bury buries those of a subject's decisions that the log has.
func (s *Store) Bury(ctx context.Context, site, subject string, decisions []uuid.UUID, reason string, at time.Time) error {
	var records []consent.Record
	for _, id := range decisions {
		records = append(records, consent.Record{ID: id, Site: site, Subject: subject})
	}
	return s.bury(ctx, records, reason, at)
}

// BuryAll buries decisions that the log has. Those that are on their way into it would enter it without their decision: then
// it buries none. What neither has was buried before, or is none of the log's.
func (s *Store) BuryAll(ctx context.Context, records []consent.Record, reason string, at time.Time) error {
	now, err := s.state(ctx)
	if err != nil {
		return err
	}
	// First: what is taken into the log meanwhile is found there then.
	outgoing, err := s.outgoing(ctx, now, records)
	if err != nil {
		return err
	}
	if len(outgoing) > 0 {
		return fmt.Errorf("%d decisions are on their way into the log: %w", len(outgoing), consent.ErrUnavailable)
	}
	return s.bury(ctx, records, reason, at)
}

// tombstonesAtOnce is how many tombstones are told in one command.
const tombstonesAtOnce = 1000

// bury lets tombstones wait to enter the log for the decisions that the log has, and then destroys their salts and whose they
// were. The decisions themselves are the caller's to remove. It may be repeated.
func (s *Store) bury(ctx context.Context, records []consent.Record, reason string, at time.Time) error {
	now, err := s.state(ctx)
	if err != nil {
		return err
	}
	found, err := s.Ledger.Places(ctx, now.log, now.size, records)
	if err != nil || len(found) == 0 {
		return err
	}
	places := slices.Sorted(maps.Values(found))
	for some := range slices.Chunk(places, tombstonesAtOnce) {
		texts := make([]string, len(some))
		for i, place := range some {
			text, err := json.Marshal(transparency.Tombstone{Erased: place, At: at.UTC(), Reason: reason})
			if err != nil {
				return fmt.Errorf("write tombstone: %w", err)
			}
			texts[i] = string(text)
		}
		if err := s.Journal.AddTombstones(ctx, texts...); err != nil {
			return err
		}
	}
	return s.Ledger.Forget(ctx, now.log, places)
}
