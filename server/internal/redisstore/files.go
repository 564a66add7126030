package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
)

const (
	// rewritePause is the pause between looks at whether a node has written its files.
	rewritePause = 50 * time.Millisecond
	// rewritePatience bounds how long a node may take for it.
	rewritePatience = time.Hour
)

// rewrites are the times that nodes are told to write their files anew. Whoever comes before one begins shares it: many
// erasures at once are not many times the work.
type rewrites struct {
	guard   sync.Mutex
	waiting map[int]*rewrite // Of each shard the one that has not begun.
	turn    sync.Mutex       // One at a time.
}

type rewrite struct {
	done chan struct{}
	err  error
}

// rewriteFiles has the shard's master and its replicas write their files anew, and waits for it as long as ctx lasts. What was
// removed is in them until then.
func (s *Store) rewriteFiles(ctx context.Context, shard int) error {
	one := s.joinRewrite(ctx, shard)
	select {
	case <-one.done:
		return one.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) joinRewrite(ctx context.Context, shard int) *rewrite {
	r := &s.rewrites
	r.guard.Lock()
	defer r.guard.Unlock()
	if one := r.waiting[shard]; one != nil {
		return one
	}
	one := &rewrite{done: make(chan struct{})}
	if r.waiting == nil {
		r.waiting = map[int]*rewrite{}
	}
	r.waiting[shard] = one
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rewritePatience)
	go func() {
		defer cancel()
		defer close(one.done)
		r.turn.Lock()
		defer r.turn.Unlock()
		r.guard.Lock()
		delete(r.waiting, shard)
		r.guard.Unlock()
		one.err = s.rewriteNodes(ctx, shard)
	}()
	return one
}

func (s *Store) rewriteNodes(ctx context.Context, shard int) error {
	master, err := s.masterOf(ctx, shard)
	if err != nil {
		return err
	}
	replicas, err := replicasOf(ctx, master)
	if err != nil {
		return err
	}
	failures := []error{rewriteNode(ctx, master, false)}
	for _, address := range replicas {
		options := master.Options()
		replica := redis.NewClient(&redis.Options{Addr: address, Username: options.Username, Password: options.Password, TLSConfig: options.TLSConfig, CredentialsProvider: options.CredentialsProvider})
		failures = append(failures, rewriteNode(ctx, replica, true), replica.Close())
	}
	return errors.Join(failures...)
}

func (s *Store) masterOf(ctx context.Context, shard int) (*redis.Client, error) {
	switch client := s.client.(type) {
	case *redis.ClusterClient:
		return client.MasterForKey(ctx, schemas.CursorKey(shard))
	case *redis.Client:
		return client, nil
	default:
		return nil, fmt.Errorf("unknown kind of redis client %T", client)
	}
}

// replicasOf returns the addresses of those that follow a master.
func replicasOf(ctx context.Context, master *redis.Client) ([]string, error) {
	info, err := master.InfoMap(ctx, "replication").Result()
	if err != nil {
		return nil, err
	}
	var addresses []string
	for name, value := range info["Replication"] {
		if !strings.HasPrefix(name, "slave") || !strings.Contains(value, "ip=") {
			continue
		}
		fields := map[string]string{}
		for pair := range strings.SplitSeq(value, ",") {
			key, field, _ := strings.Cut(pair, "=")
			fields[key] = field
		}
		addresses = append(addresses, net.JoinHostPort(fields["ip"], fields["port"]))
	}
	return addresses, nil
}

// rewriteNode has one node write the files that it keeps: the log of commands, and the snapshot where it makes some. A
// replica may have one in any case, by which it was filled.
func rewriteNode(ctx context.Context, node *redis.Client, replica bool) error {
	saves, err := node.ConfigGet(ctx, "save").Result()
	if err != nil {
		return err
	}
	if err := writeAnew(ctx, node, "BGREWRITEAOF", "aof_rewrite_in_progress", "aof_rewrite_scheduled", "aof_last_bgrewrite_status"); err != nil {
		return err
	}
	if saves["save"] == "" && !replica {
		return nil
	}
	return writeAnew(ctx, node, "BGSAVE", "rdb_bgsave_in_progress", "rdb_bgsave_in_progress", "rdb_last_bgsave_status")
}

// writeAnew gives the command as soon as nothing is written, and waits for its end: what is being written already may have
// begun before something was removed.
func writeAnew(ctx context.Context, node *redis.Client, command, writing, scheduled, status string) error {
	given := false
	for {
		info, err := node.InfoMap(ctx, "persistence").Result()
		if err != nil {
			return err
		}
		state := info["Persistence"]
		isBusy := state[writing] == "1" || state[scheduled] == "1"
		switch {
		case !isBusy && given && state[status] != "ok":
			return fmt.Errorf("%s of redis at %s: its status is %q: see its log", command, node.Options().Addr, state[status])
		case !isBusy && given:
			return nil
		case !isBusy:
			err := node.Do(ctx, command).Err()
			if redis.HasErrorPrefix(err, "NOPERM") {
				return fmt.Errorf("redis at %s does not let this user have its files written anew, which keep what was erased: "+
					"allow it with ACL SETUSER … +bgrewriteaof +bgsave (%w)", node.Options().Addr, err)
			}
			given = err == nil || !redis.HasErrorPrefix(err, "ERR")
			if err != nil && given {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rewritePause):
		}
	}
}
