// Command assent serves consent: one script per site, a record of each decision, and a dashboard.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"assent/server/internal/redisstore"
	"assent/server/internal/telemetry"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal stops gracefully; with the handler gone, a second one kills.
	context.AfterFunc(ctx, stop)
	redisstore.LogTo(telemetry.NewLog(os.Stderr))
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
