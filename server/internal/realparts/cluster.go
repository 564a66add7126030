package realparts

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ClickHouseCluster is several ClickHouse servers and the ZooKeeper by which they replicate.
type ClickHouseCluster struct {
	Nodes []*ClickHouse // Shard by shard, each with its replicas.
}

// ClusterName is what the configuration of the servers calls their cluster.
const ClusterName = "assent"

// URL names a database as CLICKHOUSE_URL takes it: all servers, so that another one is asked when one is down.
func (c *ClickHouseCluster) URL(database string) string {
	var hosts []string
	for _, node := range c.Nodes {
		hosts = append(hosts, strings.TrimPrefix(node.address, "clickhouse://"))
	}
	return "clickhouse://" + strings.Join(hosts, ",") + "/" + database
}

const clusterConfig = `
<zookeeper><node><host>127.0.0.1</host><port>%d</port></node><session_timeout_ms>5000</session_timeout_ms></zookeeper>
<distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
<interserver_http_host>127.0.0.1</interserver_http_host><interserver_http_port>%d</interserver_http_port>
<macros><shard>%02d</shard><replica>%d</replica></macros>
<remote_servers><` + ClusterName + `>%s</` + ClusterName + `></remote_servers>`

// ClickHouseCluster starts a ZooKeeper and shards times replicas servers, which know each other as ClusterName.
func (s *Servers) ClickHouseCluster(shards, replicas int) (*ClickHouseCluster, error) {
	keeper, err := s.zookeeper()
	if err != nil {
		return nil, err
	}
	ports := make([]int, shards*replicas)
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, err
		}
	}
	cluster := &ClickHouseCluster{}
	for i, native := range ports {
		interserver, err := freePort()
		if err != nil {
			return nil, err
		}
		more := fmt.Sprintf(clusterConfig, keeper, interserver, i/replicas+1, i%replicas+1, remoteServers(ports, replicas))
		node, err := s.clickhouseNode(native, more)
		if err != nil {
			return nil, err
		}
		cluster.Nodes = append(cluster.Nodes, node)
	}
	return cluster, nil
}

func remoteServers(ports []int, replicas int) string {
	var text strings.Builder
	for i, port := range ports {
		if i%replicas == 0 {
			text.WriteString("<shard><internal_replication>true</internal_replication>")
		}
		fmt.Fprintf(&text, "<replica><host>127.0.0.1</host><port>%d</port></replica>", port)
		if i%replicas == replicas-1 {
			text.WriteString("</shard>")
		}
	}
	return text.String()
}

const zookeeperConfig = `tickTime=500
dataDir=%s
clientPort=%d
clientPortAddress=127.0.0.1
admin.enableServer=false
4lw.commands.whitelist=srvr
`

// zookeeperClasses is where Debian and Ubuntu put ZooKeeper, which names what it needs, and what prints its log.
const zookeeperClasses = "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar"

// zookeeper starts one ZooKeeper and returns its port.
func (s *Servers) zookeeper() (int, error) {
	path, err := program("java")
	if err != nil {
		return 0, err
	}
	for file := range strings.SplitSeq(zookeeperClasses, ":") {
		if _, err := os.Stat(file); err != nil {
			return 0, fmt.Errorf("ZooKeeper is not installed: run deploy/install-test-parts.sh (make test does): %w", err)
		}
	}
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	_, err = s.add("zookeeper", func(dir string) (*process, error) {
		config := filepath.Join(dir, "zoo.cfg")
		content := fmt.Sprintf(zookeeperConfig, filepath.Join(dir, "data"), port)
		return &process{
			command: func() *exec.Cmd {
				return exec.Command(path, "-Xmx128m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", zookeeperClasses, "org.apache.zookeeper.server.quorum.QuorumPeerMain", config)
			},
			ready: func() error { return isWell(port) },
		}, os.WriteFile(config, []byte(content), 0o600)
	})
	return port, err
}

// isWell asks ZooKeeper whether it serves, in its own words. A ClickHouse that comes too early dies of it.
func isWell(port int) error {
	connection, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), time.Second)
	if err != nil {
		return err
	}
	defer connection.Close()
	// Asked too early it may never answer.
	if err := connection.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(connection, "srvr"); err != nil {
		return err
	}
	answer, err := io.ReadAll(connection)
	if err == nil && !strings.Contains(string(answer), "Mode: standalone") {
		err = fmt.Errorf("it answered %q", answer)
	}
	return err
}
