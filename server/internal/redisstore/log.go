package redisstore

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogTo sends what go-redis has to say, such as failed dials, to log instead of plain lines on standard error. go-redis
// has one logger per process, so this is for main to call, once and before Open.
func LogTo(log *slog.Logger) { redis.SetLogger(logger{log}) }

type logger struct{ log *slog.Logger }

// Printf implements the interface of go-redis. What it reports is either repeated by an error that reaches the caller
// or of no consequence, hence the level.
func (l logger) Printf(ctx context.Context, format string, values ...any) {
	l.log.DebugContext(ctx, "redis client", "text", fmt.Sprintf(format, values...))
}
