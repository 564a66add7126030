package clickhousestore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/realparts"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping/shippingtest"
)

// testSlowReader reads for longer than the server may be silent, and then meets a silent server.
func testSlowReader(t *testing.T, server *realparts.ClickHouse) {
	const decisions, until = 30_000, 4 // Enough for the blocks not to fit into the sockets' buffers.
	store, closing := open(t, server.URL("slow")+"?read_timeout=3s&max_block_size=1000&compress=none")
	t.Cleanup(closing)
	site := recordingtest.Site()
	for part := range until {
		var some []consent.Record
		for i := range decisions / until {
			r := recordingtest.Decision(site, fmt.Sprintf("subject-%d-%d", part, i))
			r.Page = "https://shop.example/" + strings.Repeat("x", 700)
			some = append(some, r)
		}
		if err := store.Append(t.Context(), shippingtest.BatchOf(some...)); err != nil {
			t.Fatal(err)
		}
	}
	from, to := time.Unix(0, 0), time.Now().Add(time.Hour)
	seen := 0
	err := store.Each(t.Context(), site, from, to, func(consent.Record) error {
		if seen++; seen%(decisions/10) == 0 {
			time.Sleep(450 * time.Millisecond)
		}
		return nil
	})
	if err != nil || seen != decisions {
		t.Errorf("%d of %d decisions were read slowly: %v", seen, decisions, err)
	}
	frozen := false
	err = store.Each(t.Context(), site, from, to, func(consent.Record) error {
		if frozen {
			return nil
		}
		frozen = true
		return server.Freeze()
	})
	if err := server.Thaw(); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("of a server that fell silent: %v, want ErrUnavailable", err)
	}
}
