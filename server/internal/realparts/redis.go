package realparts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is one Redis, or a Cluster.
type Redis struct {
	URL   string // As REDIS_URL takes it.
	nodes []*process
	ports []int
}

// Redis starts one redis-server with the durability that Assent insists on; further settings, such as
// "--appendfsync no", come last and win.
func (s *Servers) Redis(settings ...string) (*Redis, error) {
	node, port, err := s.redisNode(settings...)
	if err != nil {
		return nil, err
	}
	return &Redis{URL: fmt.Sprintf("redis://127.0.0.1:%d", port), nodes: []*process{node}, ports: []int{port}}, nil
}

// Replica starts a copy of the server that follows it.
func (s *Servers) Replica(r *Redis) (*Redis, error) {
	return s.Redis("--replicaof", "127.0.0.1", strconv.Itoa(r.ports[0]))
}

// RedisCluster starts six servers: three masters with a replica each.
func (s *Servers) RedisCluster() (*Redis, error) { return s.redisCluster(1) }

// RedisMasters starts a Cluster of three masters alone.
func (s *Servers) RedisMasters() (*Redis, error) { return s.redisCluster(0) }

func (s *Servers) redisCluster(replicas int) (*Redis, error) {
	cluster := &Redis{}
	var addresses []string
	for range 3 * (1 + replicas) {
		node, port, err := s.redisNode("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", "0")
		if err != nil {
			return nil, err
		}
		cluster.nodes = append(cluster.nodes, node)
		cluster.ports = append(cluster.ports, port)
		addresses = append(addresses, fmt.Sprintf("127.0.0.1:%d", port))
	}
	arguments := append([]string{"--cluster", "create"}, addresses...)
	create := exec.Command("redis-cli", append(arguments, "--cluster-replicas", strconv.Itoa(replicas), "--cluster-yes")...)
	if output, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("create cluster: %w: %s", err, output)
	}
	cluster.URL = "redis://" + addresses[0] + "?addr=" + strings.Join(addresses[1:], "&addr=")
	return cluster, awaitCluster(addresses, replicas)
}

// awaitCluster waits until every node knows that all slots are served, every master has its replicas, and those are in
// step.
func awaitCluster(addresses []string, replicas int) error {
	deadline := time.Now().Add(patience)
	for _, address := range addresses {
		for {
			err := clusterReady(address, replicas)
			if err == nil {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("form cluster: %w", err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

func clusterReady(address string, replicas int) error {
	client := redis.NewClient(&redis.Options{Addr: address})
	info, err := client.ClusterInfo(context.Background()).Result()
	if err == nil && !strings.Contains(info, "cluster_state:ok") {
		err = errors.New("cluster state is not ok")
	}
	replication, replicationErr := client.Info(context.Background(), "replication").Result()
	complete := fmt.Sprintf("connected_slaves:%d\r", replicas)
	if strings.Contains(replication, "role:slave") {
		complete = "master_link_status:up"
	}
	if !strings.Contains(replication, complete) {
		err = errors.Join(err, errors.New("replica is not in step"))
	}
	return errors.Join(err, replicationErr, client.Close())
}

func (s *Servers) redisNode(settings ...string) (*process, int, error) {
	path, err := program("redis-server")
	if err != nil {
		return nil, 0, err
	}
	port, err := freePort()
	if err != nil {
		return nil, 0, err
	}
	node, err := s.add("redis", func(dir string) (*process, error) {
		arguments := append([]string{
			"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--daemonize", "no",
			"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
			"--repl-diskless-sync-delay", "0", // A replica is served at once instead of waiting for others to come.
		}, settings...)
		return &process{
			command: func() *exec.Cmd { return exec.Command(path, arguments...) },
			ready:   func() error { return pingRedis(port) },
		}, nil
	})
	return node, port, err
}

func pingRedis(port int) error {
	client := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port), MaxRetries: -1, DialerRetries: 1})
	return errors.Join(client.Ping(context.Background()).Err(), client.Close())
}

// Sentinel starts one Sentinel that watches the server, and returns the URL by which it is asked.
func (s *Servers) Sentinel(r *Redis) (string, error) {
	path, err := program("redis-server")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	_, err = s.add("sentinel", func(dir string) (*process, error) {
		config := filepath.Join(dir, "sentinel.conf")
		content := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor main 127.0.0.1 %d 1\n", port, dir, r.ports[0])
		return &process{
			command: func() *exec.Cmd { return exec.Command(path, config, "--sentinel") },
			ready:   func() error { return pingRedis(port) },
		}, os.WriteFile(config, []byte(content), 0o600)
	})
	return fmt.Sprintf("redis://127.0.0.1:%d?master_name=main", port), err
}

// Folders are where the servers keep everything.
func (r *Redis) Folders() []string {
	var folders []string
	for _, node := range r.nodes {
		folders = append(folders, node.folder())
	}
	return folders
}

// Processes returns the servers' process ids.
func (r *Redis) Processes() []int {
	var ids []int
	for _, node := range r.nodes {
		ids = append(ids, node.id())
	}
	return ids
}

// KillNode ends one server of a Cluster as a crash does.
func (r *Redis) KillNode(address string) error {
	return r.node(address, func(p *process) error { return p.end(syscall.SIGKILL) })
}

// FreezeNode makes one server hang: it accepts connections and is silent.
func (r *Redis) FreezeNode(address string) error {
	return r.node(address, func(p *process) error { return p.signal(syscall.SIGSTOP) })
}

// ThawNode lets the server go on after FreezeNode.
func (r *Redis) ThawNode(address string) error {
	return r.node(address, func(p *process) error { return p.signal(syscall.SIGCONT) })
}

func (r *Redis) node(address string, do func(*process) error) error {
	for i, port := range r.ports {
		if address == fmt.Sprintf("127.0.0.1:%d", port) {
			return do(r.nodes[i])
		}
	}
	return fmt.Errorf("no node at %s", address)
}

// Freeze makes the server hang: it accepts connections and is silent.
func (r *Redis) Freeze() error {
	return r.each(func(p *process) error { return p.signal(syscall.SIGSTOP) })
}

// Thaw lets the server go on after Freeze.
func (r *Redis) Thaw() error {
	return r.each(func(p *process) error { return p.signal(syscall.SIGCONT) })
}

// Start starts what was stopped, on the same ports and data.
func (r *Redis) Start() error { return r.each((*process).start) }

// Stop ends the server as a service manager does.
func (r *Redis) Stop() error {
	return r.each(func(p *process) error { return p.end(syscall.SIGTERM) })
}

// Kill ends the server as a crash does.
func (r *Redis) Kill() error {
	return r.each(func(p *process) error { return p.end(syscall.SIGKILL) })
}

// Restart kills and starts again.
func (r *Redis) Restart() error { return errors.Join(r.Kill(), r.Start()) }

func (r *Redis) each(do func(*process) error) error {
	var failures []error
	for _, node := range r.nodes {
		failures = append(failures, do(node))
	}
	return errors.Join(failures...)
}
