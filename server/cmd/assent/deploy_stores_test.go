package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

const (
	adminsPassword  = "administrators0password"
	assentsPassword = "assents0own0password"
)

// passwords are what the scripts of deploy/redis find in their environment.
func passwords() []string {
	return append(os.Environ(), "REDISCLI_AUTH="+adminsPassword, "REDIS_PASSWORD="+assentsPassword)
}

// TestRedisClusterOfDeploy makes a Cluster with the scripts and files of deploy/redis, and records in it as the user that
// they make for Assent.
func TestRedisClusterOfDeploy(t *testing.T) {
	t.Parallel()
	var nodes []string
	for range 6 {
		port, err := servers.Run("redis-of-deploy", func(dir string, port int) *exec.Cmd {
			start := exec.Command(deployFile(t, "redis", "start.sh"), "include "+deployFile(t, "redis", "cluster.conf"),
				fmt.Sprintf("port %d", port), "bind 127.0.0.1", "dir "+dir)
			start.Env = passwords()
			return start
		})
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, fmt.Sprintf("127.0.0.1:%d", port))
	}
	for range 2 { // The second time there is nothing to do.
		create := exec.Command(deployFile(t, "redis", "create-cluster.sh"), nodes...)
		create.Env = passwords()
		if output, err := create.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	env := "REDIS_URL=redis://assent:" + assentsPassword + "@" + nodes[0] + "?addr=" + strings.Join(nodes[1:], "&addr=")
	recordsAndReports(t, env)
	mayNotHarm(t, nodes[0])
}

// recordsAndReports takes decisions through a server with these stores, up to the dashboard's numbers.
func recordsAndReports(t *testing.T, env string) {
	t.Helper()
	data := t.TempDir()
	added := addSite(t, data, env)
	p := startProgram(t, data, env)
	p.serves(added)
	receipts := decideInEveryWay(t, visit{client: http.DefaultClient, server: p, site: added})
	if report := p.awaitReport(p.setUp(), added.ID, len(receipts)); report.Totals.Decisions != len(receipts) {
		t.Errorf("%+v", report.Totals)
	}
}

// mayNotHarm tries as Assent's user what would undo the promise of a 201.
func mayNotHarm(t *testing.T, node string) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: node, Username: "assent", Password: assentsPassword})
	defer client.Close()
	for _, command := range []string{"config set appendonly no", "flushall", "shutdown nosave", "acl setuser assent allcommands",
		"replicaof no one", "cluster reset", "keys *", "client kill type normal"} {
		var words []any
		for word := range strings.FieldsSeq(command) {
			words = append(words, word)
		}
		if err := client.Do(context.Background(), words...).Err(); !redis.HasErrorPrefix(err, "NOPERM") {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestRedisOfDeployRefusesPoorPasswords(t *testing.T) {
	t.Parallel()
	for name, password := range map[string]string{"none": "", "short": "short", "not for URLs": "pass/word@with:signs"} {
		start := exec.Command(deployFile(t, "redis", "start.sh"))
		start.Env = append(passwords(), "REDIS_PASSWORD="+password)
		if output, err := start.CombinedOutput(); err == nil || start.ProcessState.ExitCode() > 2 {
			t.Errorf("%s: %v %s", name, err, output)
		}
	}
}

// The least that a server of 2018 is started with besides; the image of today's brings its own.
const (
	oldServer = `<yandex><tcp_port>%d</tcp_port><http_port>%d</http_port><path>%s/data/</path><tmp_path>%s/tmp/</tmp_path>
<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>536870912</mark_cache_size><remote_servers><default/></remote_servers></yandex>`
	oldUsers = `<yandex><profiles><default/></profiles><quotas><default/></quotas>
<users><default><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default></users></yandex>`
)

// TestClickHouseOfDeploy starts the server of 2018 with the files of deploy/clickhouse less what it does not know yet, and
// records as Assent's user. The names of all settings are looked up in the current engine by clickhousestore's tests.
func TestClickHouseOfDeploy(t *testing.T) {
	t.Parallel()
	root := []string{"<clickhouse>", "<yandex>", "</clickhouse>", "</yandex>"}
	port, err := servers.Run("clickhouse-of-deploy", func(dir string, port int) *exec.Cmd {
		config, users := filepath.Join(dir, "config.xml"), filepath.Join(dir, "users.xml")
		writeChanged(t, dir, "config.d/server.xml", deployFile(t, "clickhouse", "server.xml"), append(root, "0.0.0.0", "127.0.0.1",
			"<non_replicated_deduplication_window>10000</non_replicated_deduplication_window>", "",
			"<fsync_after_insert>1</fsync_after_insert>", "", "<fsync_part_directory>1</fsync_part_directory>", "")...)
		writeChanged(t, dir, "config.d/replication.xml", deployFile(t, "clickhouse", "replication.xml"), append(root,
			`<secret from_env="CLICKHOUSE_CLUSTER_SECRET"/>`, "", "clickhouse-1", "localhost", "clickhouse-2", "localhost")...)
		writeChanged(t, dir, "users.d/users.xml", deployFile(t, "clickhouse", "users.xml"), root...)
		for file, content := range map[string]string{config: fmt.Sprintf(oldServer, port, port+10_000, dir, dir), users: oldUsers} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		path, err := exec.LookPath("clickhouse-server")
		if err != nil {
			path = "/usr/sbin/clickhouse-server"
		}
		start := exec.Command(path, "--config-file="+config)
		start.Env = append(os.Environ(), "ASSENT_CLICKHOUSE_PASSWORD="+assentsPassword, "CLICKHOUSE_CLUSTER_SECRET=secret",
			"CLICKHOUSE_SHARD=1", "CLICKHOUSE_REPLICA=localhost")
		return start
	})
	if err != nil {
		t.Fatal(err)
	}
	recordsAndReports(t, fmt.Sprintf("CLICKHOUSE_URL=clickhouse://assent:%s@127.0.0.1:%d/assent", assentsPassword, port))
	for _, account := range []string{"default:", "assent:wrong", "assent:"} {
		url := fmt.Sprintf("http://%s@127.0.0.1:%d/?query=SELECT+1", account, port+10_000)
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			t.Errorf("%q is let in", account)
		}
	}
}
