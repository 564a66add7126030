package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"assent/server/internal/httpapi"
	"assent/server/internal/recording"
	"assent/server/internal/spool"
)

// limitFlags bound what may pile up while a store is out of reach.
type limitFlags struct {
	SpoolLimit  int64 `help:"Bytes of decisions that the data folder keeps while Redis takes none; 0 refuses them instead." name:"spool-limit" env:"ASSENT_SPOOL_LIMIT" default:"1073741824" placeholder:"BYTES"`
	OutboxLimit int64 `help:"Decisions that may wait for ClickHouse before further grants are refused; 0 for as many as 95 % of Redis' memory holds." name:"outbox-limit" env:"ASSENT_OUTBOX_LIMIT" default:"0" placeholder:"N"`
}

// journal puts a spool before Redis. The embedded store needs none: it is on the same disk.
func (s *server) journal(ctx context.Context, stores *stores, log *slog.Logger) (recording.Journal, error) {
	dir := filepath.Join(stores.data, "spool")
	if stores.clock == nil || stores.bounds.SpoolLimit == 0 {
		if left, err := filepath.Glob(filepath.Join(dir, "*.spool")); err != nil || len(left) > 0 {
			log.Error("acknowledged decisions wait in the spool and are not handed over: start with the REDIS_URL that they are for and a --spool-limit", "folder", dir, "error", err)
		}
		return stores.front, nil
	}
	var err error
	s.spool, err = spool.Open(ctx, stores.front, spool.Options{Dir: dir, Limit: stores.bounds.SpoolLimit, Clock: stores.clock, Log: log})
	if err != nil {
		return nil, fmt.Errorf("%w; give each server a folder of its own that this user can write with --data, or keep no decisions there with --spool-limit 0", err)
	}
	return s.spool, nil
}

// withoutRedis says that decisions can be recorded without Redis and what is read from it.
func withoutRedis(dependencies []httpapi.Dependency) []httpapi.Dependency {
	for i, d := range dependencies {
		dependencies[i].Required = d.Required && d.Name != redisName && d.Name != "sites"
	}
	return dependencies
}

// spoolDependency shows in /readyz that decisions are spooled. It is down when neither Redis nor the disk takes them.
func spoolDependency(s *spool.Spool) httpapi.Dependency {
	return httpapi.Dependency{Name: "spool", Required: true, Check: func(context.Context) (string, error) {
		if err := s.Ready(); err != nil {
			return "neither redis nor the spool takes decisions", err
		}
		state := s.State()
		if state.Decisions == 0 {
			return "", nil
		}
		return fmt.Sprintf("%d decisions wait for redis in %d bytes, oldest %s", state.Decisions, state.Bytes, state.Oldest.Round(time.Second)), httpapi.ErrDegraded
	}}
}

// stopSpool hands over what it can and closes the folder.
func (s *server) stopSpool(ctx context.Context) error {
	if s.spool == nil {
		return nil
	}
	if err := s.spool.Drain(ctx); err != nil {
		s.log.Error("stopped while decisions wait in the spool; start a server with the same --data to hand them over",
			"decisions", s.spool.State().Decisions, "error", err)
	}
	return s.spool.Close()
}
