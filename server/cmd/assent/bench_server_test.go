package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/site"
)

// asBenchServer makes the test binary one of the servers that the bench compares, as a process of its own. They end when
// their standard input does.
const asBenchServer = "ASSENT_BENCH_SERVER"

// Kinds of servers that are not the program as it is.
const (
	bareServer    = "bare"    // Echo, encoding/json and a few checks: what a handler costs at least.
	appendServer  = "append"  // The same, and each body appended to a file and flushed.
	nothingServer = "nothing" // All of Assent's handler, and a journal that keeps nothing.
	journalServer = "journal" // Assent without the shipper that fills a ledger elsewhere.
	wholeServer   = "whole"   // Assent as it is.
)

// announcement is what each server prints when it listens.
type announcement struct{ Address, Site, Notice string }

func serveBench(kind string) {
	ctx, end := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // Its end is all that counts.
		end()
	}()
	var err error
	switch kind {
	case bareServer, appendServer:
		err = serveCeiling(ctx, kind == appendServer)
	default:
		err = serveAssent(ctx, kind)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// announce listens and says where.
func announce(ctx context.Context, a announcement) (net.Listener, error) {
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a.Address = listener.Addr().String()
	return listener, json.NewEncoder(os.Stdout).Encode(a)
}

// serveAssent wires the program as serve does, on a new site, with the stores that the environment names.
func serveAssent(ctx context.Context, kind string) (err error) {
	stores, err := openStores(ctx, storeFlags{Data: os.Getenv("ASSENT_DATA"), RedisURL: os.Getenv("REDIS_URL")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	switch kind {
	case nothingServer:
		stores.front = keepsNothing{stores.front}
	case journalServer:
		stores.shipped = false
	}
	added, err := publisherOf(stores.front).Add(ctx, site.New{Name: "Shop", Origins: []string{shopOrigin}})
	if err != nil {
		return err
	}
	s, err := wire(ctx, stores, outside{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	listener, err := announce(ctx, announcement{Site: added.ID, Notice: added.Notice})
	if err != nil {
		return errors.Join(err, s.stop())
	}
	return s.serve(ctx, listener)
}

// keepsNothing is the ceiling for stores.
type keepsNothing struct{ front }

func (keepsNothing) Commit(_ context.Context, batch []consent.Record) []recording.Outcome {
	outcomes := make([]recording.Outcome, len(batch))
	for i := range outcomes {
		outcomes[i].RecordedAt = time.Now()
	}
	return outcomes
}

// serveCeiling is what somebody would write who wants no more than to take a decision and to tell a choice.
func serveCeiling(ctx context.Context, appends bool) error {
	keep := func([]byte) error { return nil }
	if appends {
		file, err := os.Create(filepath.Join(os.Getenv("ASSENT_DATA"), "decisions.log"))
		if err != nil {
			return err
		}
		defer file.Close()
		var turn sync.Mutex
		keep = func(body []byte) error {
			turn.Lock()
			defer turn.Unlock()
			_, err := file.Write(body)
			return errors.Join(err, file.Sync())
		}
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.POST("/v1/sites/:site/decisions", func(c echo.Context) error { return takeBare(c, keep) })
	e.GET("/v1/sites/:site/subjects/:subject", tellBare)
	listener, err := announce(ctx, announcement{Site: "bare", Notice: "bare"})
	if err != nil {
		return err
	}
	server := &http.Server{Handler: e}
	go func() {
		<-ctx.Done()
		_ = server.Close() // The process ends with it.
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func takeBare(c echo.Context, keep func([]byte) error) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, 8<<10))
	if err != nil {
		return err
	}
	var d schemas.Decision
	if err := json.Unmarshal(body, &d); err != nil {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	id, err := uuid.Parse(d.ID)
	if err != nil || id.Version() != 7 || len(d.Secret) != 22 || len(d.Page) > 2048 || len(d.Purposes) > 32 ||
		c.Param("site") != "bare" || d.Action != consent.AcceptAll && d.Action != consent.RejectAll {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	if err := keep(body); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

var bareChoice = schemas.Current{Subject: "AAAAAAAAAAAAAAAAAAAAAA", RecordedAt: time.Unix(1_790_000_000, 0).UTC(), Choice: schemas.Choice{
	Purposes: map[string]bool{consent.Essential: true, "analytics": true, "marketing": true}, Services: map[string]bool{},
	Action: consent.AcceptAll, Notice: "bare", ExpiresAt: time.Unix(1_800_000_000, 0).UTC(),
}}

func tellBare(c echo.Context) error { return c.JSON(http.StatusOK, bareChoice) }
