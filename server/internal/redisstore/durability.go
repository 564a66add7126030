package redisstore

import (
	"context"
	"fmt"
	"net"
	"slices"

	"github.com/redis/go-redis/v9"
)

// setting is one that a Redis must have to keep what it acknowledges.
type setting struct{ name, value, why string }

func settings() []setting {
	return []setting{
		{"appendonly", "yes", "a restart would lose decisions that visitors were told are recorded"},
		{"appendfsync", "always", "a power cut would lose decisions that visitors were told are recorded"},
		{"maxmemory-policy", "noeviction", "a full memory would evict decisions that are not in the ledger yet"},
	}
}

// durable refuses a node that could lose what it acknowledged.
func durable(ctx context.Context, node *redis.Client) error {
	question := ask(ctx)
	_ = node.Process(ctx, question) // The answer carries the error.
	return judge(node.Options().Addr, question)
}

func ask(ctx context.Context) *redis.MapStringStringCmd {
	command := []any{"config", "get"}
	for _, one := range settings() {
		command = append(command, one.name)
	}
	return redis.NewMapStringStringCmd(ctx, command...)
}

func judge(address string, answer *redis.MapStringStringCmd) error {
	got, err := answer.Result()
	if err != nil {
		return refusal(address, err)
	}
	for _, want := range settings() {
		if got[want.name] != want.value {
			return &risk{address: address, got: got[want.name], want: want}
		}
	}
	return nil
}

// risk is a setting because of which a Redis could lose what it acknowledges.
type risk struct {
	address, got string
	want         setting
}

func (r *risk) Error() string {
	return fmt.Sprintf("redis at %s has %s %s, because of which %s: set %s %s in its configuration",
		r.address, r.want.name, r.got, r.want.why, r.want.name, r.want.value)
}

// Reason is the error without the address, for /readyz.
func (r *risk) Reason() string { return fmt.Sprintf("not durable: %s is %s", r.want.name, r.got) }

func refusal(address string, err error) error {
	if redis.HasErrorPrefix(err, "NOPERM") || redis.HasErrorPrefix(err, "ERR unknown command") {
		return fmt.Errorf("redis at %s does not let this user read its configuration, so its durability is unknown: "+
			"allow it with ACL SETUSER … +config|get (%w)", address, err)
	}
	return unavailable("read configuration of redis at "+address, err)
}

// durabilityHook sends the question behind every commit, in the same pipeline and so to the same process, wherever a
// fail-over or a Cluster's redirection has led the commit. It fails commits that were recorded in a Redis which might
// lose them, or that too few replicas have. The visitor's retry carries the same id, so that what was recorded all the
// same counts once. What is taken out of an outbox waits for the replicas likewise, and what is put into a register or the log.
//
// Asking costs about a microsecond beside the flush to disk that each commit waits for; an answer that is remembered
// would be wrong between a change and the next look.
type durabilityHook struct {
	hash        string // Of commit.lua.
	address     string
	replication *replication
}

var _ redis.Hook = durabilityHook{}

// DialHook implements redis.Hook.
func (h durabilityHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := next(ctx, network, address)
		h.replication.forget()
		return conn, err
	}
}

// ProcessHook implements redis.Hook. Commits are pipelines, see run.
func (durabilityHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (h durabilityHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		commits := slices.ContainsFunc(cmds, h.commits)
		if !commits && !slices.ContainsFunc(cmds, waits) {
			return next(ctx, cmds)
		}
		var questions []redis.Cmder
		question := ask(ctx)
		if commits {
			questions = append(questions, question)
		}
		replicas, err := h.replication.question(ctx, next)
		if err != nil {
			fail(cmds, err)
			return err
		}
		if replicas != nil {
			questions = append(questions, replicas)
		}
		err = next(ctx, append(slices.Clone(cmds), questions...))
		var risk error
		if commits {
			risk = judge(h.address, question)
		}
		if risk == nil {
			risk = h.replication.judge(replicas)
		}
		if risk != nil {
			fail(cmds, risk)
		}
		return err
	}
}

// evalSafely runs what as many replicas must have as must have a decision, and durabilityHook knows: in a pipeline, because
// it watches those.
func (s *Store) evalSafely(ctx context.Context, source string, keys []string, args ...any) *redis.Cmd {
	pipe := s.client.Pipeline()
	answer := pipe.Eval(ctx, source, keys, args...)
	if _, err := pipe.Exec(ctx); err != nil && answer.Err() == nil { // The hook sets others.
		answer.SetErr(err)
	}
	return answer
}

// fail sets the error of those that have none.
func fail(cmds []redis.Cmder, err error) {
	for _, cmd := range cmds {
		if cmd.Err() == nil {
			cmd.SetErr(err)
		}
	}
}

// waits reports whether this is one of evalSafely's: what an outbox's range is written down by, a register or the log changed, or an erasure begun.
func waits(cmd redis.Cmder) bool {
	return cmd.Name() == "eval" && slices.Contains([]any{freezeSource, changeSource, beginErasureSource,
		keepFieldSource, changeTranscriptSource, beginTranscriptSource, addTombstonesSource}, cmd.Args()[1])
}

func (h durabilityHook) commits(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "evalsha":
		return cmd.Args()[1] == h.hash
	case "eval":
		return cmd.Args()[1] == commitSource
	default:
		return false
	}
}
