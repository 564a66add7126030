package realparts

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// ClickHouse is one ClickHouse server.
type ClickHouse struct {
	address string // URL without database.
	node    *process
}

// URL names a database of the server as CLICKHOUSE_URL takes it.
func (c *ClickHouse) URL(database string) string { return c.address + "/" + database }

// Folder is where the server keeps everything.
func (c *ClickHouse) Folder() string { return c.node.folder() }

// Start starts what was stopped, on the same port and data.
func (c *ClickHouse) Start() error { return c.node.start() }

// Stop ends the server as a service manager does.
func (c *ClickHouse) Stop() error { return c.node.end(syscall.SIGTERM) }

// Kill ends the server as a crash does.
func (c *ClickHouse) Kill() error { return c.node.end(syscall.SIGKILL) }

// Restart kills and starts again.
func (c *ClickHouse) Restart() error { return errors.Join(c.Kill(), c.Start()) }

// Freeze makes the server hang as one does whose machine is out of memory: it accepts connections and is silent.
func (c *ClickHouse) Freeze() error { return c.node.signal(syscall.SIGSTOP) }

// Thaw lets the server go on after Freeze.
func (c *ClickHouse) Thaw() error { return c.node.signal(syscall.SIGCONT) }

// The server keeps local time far from UTC, so that a day that is not UTC's shows up. It removes parts that it has written
// anew a second later.
const serverConfig = `<yandex>
<logger><level>warning</level><console>1</console></logger>
<listen_host>127.0.0.1</listen_host><tcp_port>%d</tcp_port><http_port>%d</http_port>
<path>%s/data/</path><tmp_path>%s/tmp/</tmp_path><users_config>users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>5368709120</mark_cache_size><timezone>Pacific/Auckland</timezone><merge_tree><old_parts_lifetime>1</old_parts_lifetime></merge_tree>%s
</yandex>`

const usersConfig = `<yandex>
<profiles><default><allow_experimental_low_cardinality_type>1</allow_experimental_low_cardinality_type></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas>
</yandex>`

// ClickHouse starts the clickhouse-server of this machine, reached by the native protocol: Debian's and Ubuntu's is of
// 2018, the oldest that Assent runs on.
func (s *Servers) ClickHouse() (*ClickHouse, error) {
	native, err := freePort()
	if err != nil {
		return nil, err
	}
	return s.clickhouseNode(native, "")
}

// clickhouseNode starts one server with more configuration than a lone one has.
func (s *Servers) clickhouseNode(native int, more string) (*ClickHouse, error) {
	path, err := program("clickhouse-server")
	if err != nil {
		return nil, err
	}
	web, err := freePort()
	if err != nil {
		return nil, err
	}
	node, err := s.add("clickhouse", func(dir string) (*process, error) {
		config := filepath.Join(dir, "config.xml")
		content := fmt.Sprintf(serverConfig, native, web, dir, dir, more)
		users := filepath.Join(dir, "users.xml")
		return &process{
			command: func() *exec.Cmd { return exec.Command(path, "--config-file="+config) },
			ready:   func() error { return answers(web) },
		}, errors.Join(os.WriteFile(config, []byte(content), 0o600), os.WriteFile(users, []byte(usersConfig), 0o600))
	})
	return &ClickHouse{address: "clickhouse://127.0.0.1:" + strconv.Itoa(native), node: node}, err
}

// CurrentClickHouse starts the current engine, libchdb, behind a little server of ours, reached by HTTP.
func (s *Servers) CurrentClickHouse() (*ClickHouse, error) {
	root, err := repository()
	if err != nil {
		return nil, err
	}
	library := filepath.Join(root, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so")
	if _, err := os.Stat(library); err != nil {
		return nil, fmt.Errorf("libchdb is not installed: run npm ci (make test does): %w", err)
	}
	binary := filepath.Join(s.dir, "chdbserver")
	build := exec.Command("go", "build", "-o", binary, "./server/internal/realparts/chdbserver")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build chdbserver: %w: %s", err, output)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := "127.0.0.1:" + strconv.Itoa(port)
	node, err := s.add("libchdb", func(dir string) (*process, error) {
		return &process{
			command: func() *exec.Cmd {
				command := exec.Command(binary, address, dir)
				command.Env = append(os.Environ(), "CHDB_LIB_PATH="+library, "TZ=Pacific/Auckland")
				return command
			},
			ready: func() error { return answers(port) },
		}, nil
	})
	return &ClickHouse{address: "http://" + address, node: node}, err
}

// answers asks the HTTP port for a query.
func answers(port int) error {
	response, err := http.Post("http://127.0.0.1:"+strconv.Itoa(port), "text/plain", strings.NewReader("SELECT 1"))
	if err != nil {
		return err
	}
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("it answered %q", text)
	}
	return errors.Join(err, response.Body.Close())
}

// repository is the folder with go.mod, found from this file.
func repository() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return "", errors.New("find the repository: the test was built with -trimpath")
	}
	return filepath.Join(filepath.Dir(file), "..", "..", ".."), nil
}
