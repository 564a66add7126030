package redisstore_test

import (
	"context"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"

	"assent/server/internal/account"
	"assent/server/internal/account/accounttest"
	"assent/server/internal/admintrail/admintrailtest"
	"assent/server/internal/daykey"
	"assent/server/internal/daykey/daykeytest"
	"assent/server/internal/evidence"
	"assent/server/internal/evidence/evidencetest"
	"assent/server/internal/exposure"
	"assent/server/internal/exposure/exposuretest"
	"assent/server/internal/moving"
	"assent/server/internal/moving/movingtest"
	"assent/server/internal/realparts"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
	"assent/server/internal/register/registertest"
	"assent/server/internal/shipping"
	"assent/server/internal/shipping/shippingtest"
	"assent/server/internal/sighting"
	"assent/server/internal/sighting/sightingtest"
	"assent/server/internal/site"
	"assent/server/internal/site/sitetest"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/snippetbuild/snippetbuildtest"
	"assent/server/internal/witnessing"
	"assent/server/internal/witnessing/witnessingtest"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

func TestSingle(t *testing.T) {
	url := os.Getenv("ASSENT_TEST_REDIS_URL")
	if url == "" {
		server, err := servers.Redis()
		if err != nil {
			t.Fatal(err)
		}
		url = server.URL
	}
	testAll(t, url)
	testAccounts(t, url)
}

func TestCluster(t *testing.T) {
	cluster, err := servers.RedisCluster()
	if err != nil {
		t.Fatal(err)
	}
	testAll(t, cluster.URL)
	testAccounts(t, cluster.URL)
}

// testAll runs every suite of the interfaces that the store implements.
func testAll(t *testing.T, url string) {
	fresh := func(t *testing.T) func(t *testing.T) (*redisstore.Store, func()) {
		empty(t, url)
		return func(t *testing.T) (*redisstore.Store, func()) { return open(t, url) }
	}
	t.Run("Journal", func(t *testing.T) {
		recordingtest.TestJournal(t, func(t *testing.T) recordingtest.Open {
			open := fresh(t)
			return func(t *testing.T) (recording.Journal, func()) { return open(t) }
		})
	})
	t.Run("Outbox", func(t *testing.T) {
		outbox := func(t *testing.T) shippingtest.OpenOutbox {
			open := fresh(t)
			return func(t *testing.T) (recording.Journal, shipping.Outbox, func()) {
				store, closing := open(t)
				return store, store, closing
			}
		}
		shippingtest.TestOutbox(t, outbox)
		t.Run("retaining", func(t *testing.T) { shippingtest.TestRetaining(t, outbox) })
	})
	t.Run("Registry", func(t *testing.T) {
		sitetest.TestRegistry(t, func(t *testing.T) sitetest.OpenRegistry {
			open := fresh(t)
			return func(t *testing.T) (site.Registry, func()) { return open(t) }
		})
	})
	t.Run("Archive", func(t *testing.T) {
		sitetest.TestArchive(t, func(t *testing.T) sitetest.OpenArchive {
			open := fresh(t)
			return func(t *testing.T) (site.Archive, func()) { return open(t) }
		})
	})
	t.Run("Desk", func(t *testing.T) {
		sitetest.TestDesk(t, func(t *testing.T) sitetest.OpenOffice {
			open := fresh(t)
			return func(t *testing.T) (sitetest.Office, func()) { return open(t) }
		})
	})
	t.Run("Sightings", func(t *testing.T) {
		sightingtest.TestStore(t, func(t *testing.T) sightingtest.Open {
			open := fresh(t)
			return func(t *testing.T) (sighting.Store, func()) { return open(t) }
		})
	})
	t.Run("Register", func(t *testing.T) {
		registertest.TestStore(t, func(t *testing.T) registertest.Open {
			open := fresh(t)
			return func(t *testing.T) (register.Store, func()) { return open(t) }
		})
	})
	t.Run("Visitors", func(t *testing.T) {
		exposuretest.TestVisitors(t, func(t *testing.T) exposuretest.Open {
			open := fresh(t)
			return func(t *testing.T) (exposure.Visitors, func()) { return open(t) }
		})
	})
	t.Run("Shelf", func(t *testing.T) {
		snippetbuildtest.TestShelf(t, func(t *testing.T) snippetbuildtest.Open {
			open := fresh(t)
			return func(t *testing.T) (snippetbuild.Shelf, func()) { return open(t) }
		})
	})
}

func testAccounts(t *testing.T, url string) {
	fresh := func(t *testing.T) *redisstore.Store {
		empty(t, url)
		store, closing := open(t, url)
		t.Cleanup(closing)
		return store
	}
	t.Run("Accounts", func(t *testing.T) {
		accounttest.TestStore(t, func(t *testing.T) account.Store { return fresh(t) })
	})
	t.Run("Holdings", func(t *testing.T) {
		movingtest.TestHoldings(t, func(t *testing.T) moving.Front { return fresh(t) })
	})
	t.Run("Sessions", func(t *testing.T) { accounttest.TestSessionStore(t, fresh(t)) })
	t.Run("Acts", func(t *testing.T) { admintrailtest.TestStore(t, fresh(t)) })
	t.Run("DayKeys", func(t *testing.T) {
		daykeytest.TestStore(t, func(t *testing.T) daykeytest.Open {
			empty(t, url)
			return func(t *testing.T) (daykey.Store, func()) { return open(t, url) }
		})
	})
	t.Run("SigningKeys", func(t *testing.T) {
		evidencetest.TestStore(t, func(t *testing.T) evidencetest.Open {
			empty(t, url)
			return func(t *testing.T) (evidence.Store, func()) { return open(t, url) }
		})
	})
	t.Run("Witnessed", func(t *testing.T) {
		witnessingtest.TestStore(t, func(t *testing.T) witnessingtest.Open {
			empty(t, url)
			return func(t *testing.T) (witnessing.Store, func()) { return open(t, url) }
		})
	})
	t.Run("Limits", func(t *testing.T) { testLimits(t, url, fresh(t)) })
}

func open(t *testing.T, url string) (*redisstore.Store, func()) {
	t.Helper()
	store, err := redisstore.Open(t.Context(), url, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return store, func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// client returns a plain connection for what a store does not do.
func client(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	options, err := redis.ParseClusterURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: options.Addrs})
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("close client: %v", err)
		}
	})
	return client
}

func empty(t *testing.T, url string) {
	t.Helper()
	flush := func(ctx context.Context, client *redis.Client) error { return client.FlushAll(ctx).Err() }
	var err error
	switch client := client(t, url).(type) {
	case *redis.ClusterClient:
		err = client.ForEachMaster(t.Context(), flush)
	case *redis.Client:
		err = flush(t.Context(), client)
	}
	if err != nil {
		t.Fatalf("empty redis: %v", err)
	}
}
