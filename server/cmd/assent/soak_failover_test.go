package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/server/internal/chaosproxy"
	"assent/server/internal/realparts"
)

// linkDelay is what lies between two machines of one region, each way.
const linkDelay = time.Millisecond

func (s *stage) startRedis() {
	s.t.Helper()
	start := func(settings ...string) *realparts.Redis {
		server, err := servers.Redis(settings...)
		s.must(err)
		return server
	}
	switch s.set.redis {
	case cluster:
		var err error
		s.redis, err = servers.RedisCluster()
		s.must(err)
	case pair:
		s.redis = start()
		s.follows = s.startProxy(s.host(s.redis.URL))
		s.follows.Set(chaosproxy.Weather{Delay: linkDelay})
		s.replica = start("--replicaof", "127.0.0.1", port(s.follows.Address()))
	default:
		s.redis = start()
	}
}

func port(address string) string { return address[strings.LastIndex(address, ":")+1:] }

// failOver parts the primary from its replica, with whatever is on the way between them, and kills it after a while. The
// replica takes over its address, and the primary comes back as its replica.
func failOver(s *stage, _ int) {
	s.follows.Set(chaosproxy.Weather{Refuse: true})
	s.follows.Cut()
	s.hold()
	s.must(s.redis.Kill())
	s.tell(s.replica, "REPLICAOF", "NO", "ONE")
	s.weather.Retarget(s.host(s.replica.URL))
	s.redis, s.replica = s.replica, s.redis
	s.follows.Retarget(s.host(s.redis.URL))
	s.follows.Set(chaosproxy.Weather{Delay: linkDelay})
	s.must(s.replica.Start())
	s.tell(s.replica, "REPLICAOF", "127.0.0.1", port(s.follows.Address()))
}

func (s *stage) tell(server *realparts.Redis, command ...any) {
	s.t.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.host(server.URL)})
	defer client.Close()
	s.must(client.Do(s.t.Context(), command...).Err())
}

// losePrimary kills or freezes a primary of the Cluster until its replica has taken over. A frozen one does not know
// that when it goes on, and finds requests waiting.
func losePrimary(s *stage, round int) {
	options, err := redis.ParseClusterURL(s.redis.URL)
	s.must(err)
	client := redis.NewClusterClient(options)
	defer client.Close()
	before := primaries(s.t.Context(), client)
	if len(before) == 0 {
		s.t.Fatal("no primary is known")
	}
	lost := before[rand.N(len(before))]
	lose, find := s.redis.KillNode, func(string) error { return s.redis.Start() }
	if round%2 == 1 {
		lose, find = s.redis.FreezeNode, s.redis.ThawNode
	}
	s.must(lose(lost))
	s.await(func() error {
		now := strings.Join(primaries(s.t.Context(), client), " ")
		if now == "" || strings.Contains(now, lost) {
			return fmt.Errorf("%s is still a primary: %q", lost, now)
		}
		return nil
	})
	s.must(find(lost))
}

// primaries are the addresses of those that serve slots, as one node sees it; none when that does not answer.
func primaries(ctx context.Context, client *redis.ClusterClient) []string {
	shards, err := client.ClusterShards(ctx).Result()
	if err != nil {
		return nil
	}
	var addresses []string
	for _, shard := range shards {
		for _, node := range shard.Nodes {
			if len(shard.Slots) > 0 && node.Role == "master" {
				addresses = append(addresses, fmt.Sprintf("%s:%d", node.IP, node.Port))
			}
		}
	}
	return addresses
}
