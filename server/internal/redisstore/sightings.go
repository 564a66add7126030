package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/sighting"
)

var _ sighting.Store = (*Store)(nil)

// sightingLife keeps a day's counters for as long as days are kept, counted from its last change.
const sightingLife = (sighting.KeepDays + 1) * 24 * time.Hour

// AddSightings implements sighting.Store, a site at a time: all or none of a site's. Servers that add new hosts at the
// same moment may keep a few more than MaxHosts.
func (s *Store) AddSightings(ctx context.Context, counts []sighting.Count) error {
	bySite := map[string][]sighting.Count{}
	for _, c := range counts {
		bySite[c.Site] = append(bySite[c.Site], c)
	}
	for site, own := range bySite {
		if err := s.addSightings(ctx, site, own); err != nil {
			return unavailable("count sightings in redis", err)
		}
	}
	return nil
}

func (s *Store) addSightings(ctx context.Context, site string, counts []sighting.Count) error {
	key := schemas.SightedKey(site)
	first, err := dayNumber(sighting.FirstKept(counts))
	if err != nil {
		return err
	}
	if err := s.client.ZRemRangeByScore(ctx, key, "-inf", fmt.Sprintf("(%d", first)).Err(); err != nil {
		return err
	}
	known, err := s.client.ZRange(ctx, key, 0, -1).Result()
	if err != nil {
		return err
	}
	_, err = s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, c := range counts {
			day, err := dayNumber(c.Day)
			if err != nil {
				return err
			}
			switch isKnown := slices.Contains(known, c.Host); {
			case !isKnown && len(known) >= sighting.MaxHosts:
				c.Host, c.Service = sighting.Other, ""
			case !isKnown:
				known = append(known, c.Host)
				fallthrough
			default:
				pipe.ZAddGT(ctx, key, redis.Z{Score: float64(day), Member: c.Host})
			}
			pipe.HIncrBy(ctx, schemas.SightingsKey(site, c.Day), c.Kind+":"+c.Service+":"+c.Host, int64(c.Pages))
			pipe.Expire(ctx, schemas.SightingsKey(site, c.Day), sightingLife)
		}
		pipe.Expire(ctx, key, sightingLife)
		return nil
	})
	return err
}

// dayNumber counts days since 1970.
func dayNumber(day string) (int64, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, fmt.Errorf("read day %q: %w", day, err)
	}
	return t.Unix() / (24 * 60 * 60), nil
}

// Sightings implements sighting.Store.
func (s *Store) Sightings(ctx context.Context, site string) ([]sighting.Count, error) {
	last, err := s.client.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{Key: schemas.SightedKey(site), Start: 0, Stop: 0, Rev: true}).Result()
	if err != nil {
		return nil, unavailable("read sightings from redis", err)
	}
	counts := []sighting.Count{}
	if len(last) == 0 {
		return counts, nil
	}
	days := map[string]*redis.MapStringStringCmd{}
	_, err = s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for ago := range int64(sighting.KeepDays + 1) {
			day := sighting.Day(time.Unix((int64(last[0].Score)-ago)*24*60*60, 0))
			days[day] = pipe.HGetAll(ctx, schemas.SightingsKey(site, day))
		}
		return nil
	})
	if err != nil {
		return nil, unavailable("read sightings from redis", err)
	}
	for day, fields := range days {
		for field, value := range fields.Val() {
			c, err := parseSighting(site, day, field, value)
			if err != nil {
				return nil, err
			}
			counts = append(counts, c)
		}
	}
	return counts, nil
}

func parseSighting(site, day, field, value string) (sighting.Count, error) {
	parts := strings.SplitN(field, ":", 3)
	pages, err := strconv.Atoi(value)
	if err != nil || len(parts) != 3 {
		return sighting.Count{}, fmt.Errorf("decode sighting %q = %q of %s: want kind:service:host and a number", field, value, site)
	}
	return sighting.Count{Key: sighting.Key{Site: site, Day: day, Kind: parts[0], Service: parts[1], Host: parts[2]}, Pages: pages}, nil
}
