package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// waitTime is how long a commit waits for its replicas: shorter than go-redis waits for an answer, so that a replica that
// is too slow is told from a master that is gone.
//
// With a replica on the same machine, 64 visitors at a time got four fifths of the commits a second that they got
// without, and one alone half: each batch pays the way to the replica and the flush there.
const waitTime = time.Second

// replication asks one node whether enough of its replicas have what was written to it before, on the same connection.
// The answer covers decisions that were recorded earlier too, because commit.lua writes for retries too.
type replication struct {
	replicas int    // 0 asks nothing.
	address  string // Of the node.
	command  atomic.Pointer[waitCommand]
}

// waitCommand is the strictest one that a server has. WAIT counts replicas that have the write in memory, WAITAOF
// (since 7.2) those that have flushed it to disk.
type waitCommand struct {
	name string
	args []any
}

// forget makes the next commit look again which server this is. It belongs behind every new connection, since another
// server may have taken the address over.
func (r *replication) forget() { r.command.Store(nil) }

// question returns what to send behind a commit, nil for nothing.
func (r *replication) question(ctx context.Context, ask redis.ProcessPipelineHook) (*redis.Cmd, error) {
	if r.replicas == 0 {
		return nil, nil
	}
	command := r.command.Load()
	if command == nil {
		info := redis.NewStringCmd(ctx, "info", "server")
		if err := ask(ctx, []redis.Cmder{info}); err != nil {
			return nil, unavailable("ask redis at "+r.address+" for its version", err)
		}
		command = r.strictest(info.Val())
		r.command.Store(command)
	}
	return redis.NewCmd(ctx, command.args...), nil
}

func (r *replication) strictest(info string) *waitCommand {
	if atLeast(info, 7, 2) {
		return &waitCommand{"WAITAOF", []any{"waitaof", 1, r.replicas, waitTime.Milliseconds()}}
	}
	return &waitCommand{"WAIT", []any{"wait", r.replicas, waitTime.Milliseconds()}}
}

// atLeast reads the version from the section "server" of INFO. Valkey tells there which Redis it equals.
func atLeast(info string, major, minor int) bool {
	_, rest, _ := strings.Cut(info, "redis_version:")
	first, rest, _ := strings.Cut(rest, ".")
	second, _, _ := strings.Cut(rest, ".")
	gotMajor, majorErr := strconv.Atoi(first)
	gotMinor, minorErr := strconv.Atoi(second)
	return majorErr == nil && minorErr == nil && (gotMajor > major || gotMajor == major && gotMinor >= minor)
}

// judge refuses an answer that names fewer replicas than there must be.
func (r *replication) judge(answer *redis.Cmd) error {
	if answer == nil {
		return nil
	}
	value, err := answer.Result()
	if err != nil {
		r.forget()
		return unavailable("wait for replicas of redis at "+r.address, err)
	}
	have, err := r.count(value)
	if err == nil && have < int64(r.replicas) {
		err = fmt.Errorf("%d of %d replicas of redis at %s have the commit after %v: see INFO replication there, "+
			"or set --redis-wait to the number of replicas that each master has", have, r.replicas, r.address, waitTime)
	}
	return err
}

// count returns how many replicas have the commit.
func (r *replication) count(value any) (int64, error) {
	switch value := value.(type) {
	case int64: // WAIT
		return value, nil
	case []any: // WAITAOF: whether the master itself has flushed it, and how many replicas.
		if len(value) == 2 && value[0] == int64(1) {
			if replicas, ok := value[1].(int64); ok {
				return replicas, nil
			}
		}
		return 0, fmt.Errorf("redis at %s has not flushed the commit itself: it answered %v to WAITAOF", r.address, value)
	default:
		return 0, errors.New("redis at " + r.address + " gave an unknown kind of answer about its replicas")
	}
}
