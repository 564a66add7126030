package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/server/internal/storetls"
)

// connect returns the kind of client that the server needs.
func connect(ctx context.Context, address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "redis" && u.Scheme != "rediss") || u.Host == "" {
		// The URL is not shown: it may hold a password.
		return nil, errors.New("REDIS_URL must look like redis://user:password@host:6379/0 (rediss:// for TLS)")
	}
	address, trust, err := storetls.Take(address)
	if err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	if u.Query().Get("master_name") != "" {
		return connectSentinel(address, trust)
	}
	cluster, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	if err := trust.Apply(cluster.TLSConfig); err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w: write rediss:// with two s", err)
	}
	if u, err = url.Parse(address); err != nil {
		return nil, errors.New("read REDIS_URL: it is no URL")
	}
	var failures []error
	for _, node := range cluster.Addrs {
		client, err := connectNode(ctx, *u, node, trust, cluster)
		if err == nil {
			return client, nil
		}
		failures = append(failures, err)
	}
	return nil, fmt.Errorf("no redis answers: %w: start it, or mend REDIS_URL", oneLine(failures))
}

func connectSentinel(address string, trust storetls.Trust) (redis.UniversalClient, error) {
	options, err := redis.ParseFailoverURL(address)
	if err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	if err := trust.Apply(options.TLSConfig); err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	setLimits(&options.MaxRetries, &options.ContextTimeoutEnabled, &options.DialTimeout, &options.DialerRetries)
	return redis.NewFailoverClient(options), nil
}

// connectNode asks one node whether it is part of a Cluster.
func connectNode(ctx context.Context, u url.URL, node string, trust storetls.Trust, cluster *redis.ClusterOptions) (redis.UniversalClient, error) {
	query := u.Query()
	query.Del("addr")
	u.Host, u.RawQuery = node, query.Encode()
	options, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	if err := trust.Apply(options.TLSConfig); err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	setLimits(&options.MaxRetries, &options.ContextTimeoutEnabled, &options.DialTimeout, &options.DialerRetries)
	client := redis.NewClient(options)
	info, err := client.Info(ctx, "cluster").Result()
	if err == nil && !strings.Contains(info, "cluster_enabled:1") {
		return client, nil
	}
	if closing := client.Close(); err != nil || closing != nil {
		return nil, fmt.Errorf("ask redis at %s: %w", node, errors.Join(storetls.Explain(err, options.TLSConfig), closing))
	}
	if options.DB != 0 {
		return nil, fmt.Errorf("redis at %s is part of a Cluster, which has database 0 only: remove /%d from REDIS_URL", node, options.DB)
	}
	setLimits(&cluster.MaxRetries, &cluster.ContextTimeoutEnabled, &cluster.DialTimeout, &cluster.DialerRetries)
	// Commits that fail make the client look at once; this is for servers that only read.
	cluster.ClusterStateReloadInterval = 5 * time.Second
	return redis.NewClusterClient(cluster), nil
}

// setLimits makes every kind of client give up early: the Recorder and the visitor's browser retry, with the same id.
func setLimits(retries *int, heedContext *bool, dialTimeout *time.Duration, dialRetries *int) {
	*retries = -1
	*heedContext = true
	*dialRetries = 1
	if *dialTimeout == 0 {
		*dialTimeout = 2 * time.Second
	}
}

// oneLine joins errors with semicolons, since errors.Join breaks lines.
func oneLine(failures []error) error {
	joined := failures[0]
	for _, failure := range failures[1:] {
		joined = fmt.Errorf("%w; %w", joined, failure)
	}
	return joined
}
