package redisstore

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestStrictestWait feeds what servers answer that the tests cannot start: Redis since 7.2 and Valkey.
func TestStrictestWait(t *testing.T) {
	for info, want := range map[string]string{
		"# Server\r\nredis_version:7.0.15\r\n":                                              "WAIT",
		"# Server\r\nredis_version:7.2.0\r\n":                                               "WAITAOF",
		"# Server\r\nredis_version:8.0.1\r\n":                                               "WAITAOF",
		"# Server\r\nredis_version:6.10.1\r\n":                                              "WAIT",
		"# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.0\r\n": "WAITAOF",
		"": "WAIT",
	} {
		if got := (&replication{replicas: 2}).strictest(info).name; got != want {
			t.Errorf("%q: %s, want %s", info, got, want)
		}
	}
}

func TestWaitCounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer any
		enough bool
	}{
		{"WAIT, all", int64(2), true},
		{"WAIT, more", int64(3), true},
		{"WAIT, one short", int64(1), false},
		{"WAITAOF, all", []any{int64(1), int64(2)}, true},
		{"WAITAOF, one replica short", []any{int64(1), int64(1)}, false},
		{"WAITAOF, not flushed by the master", []any{int64(0), int64(2)}, false},
		{"neither", "OK", false},
	} {
		answer := redis.NewCmd(t.Context())
		answer.SetVal(c.answer)
		if err := (&replication{replicas: 2}).judge(answer); (err == nil) != c.enough {
			t.Errorf("%s: %v, want enough=%v", c.name, err, c.enough)
		}
	}
}
