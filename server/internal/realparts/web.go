package realparts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Nginx starts nginx on a folder of pages and returns its address. The rules stand in the http block, the directives in
// the server's.
func (s *Servers) Nginx(pages, rules string, directives ...string) (string, error) {
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += kind + "_temp_path " + kind + "; "
	}
	return s.web("nginx", func(address, dir string) ([]string, string) {
		return []string{"-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", filepath.Join(dir, "config")},
			fmt.Sprintf("daemon off; master_process off; pid pid; events {}\nhttp {\naccess_log off; types { text/html html; } %s\n%s\nserver { listen %s; root %q;\n%s\n}\n}\n",
				temporary, rules, address, pages, strings.Join(directives, "\n"))
	})
}

// Caddy starts Caddy on a folder of pages and returns its address. The rules stand before the site's block, the
// directives in it.
func (s *Servers) Caddy(pages, rules string, directives ...string) (string, error) {
	return s.web("caddy", func(address, dir string) ([]string, string) {
		return []string{"run", "--adapter", "caddyfile", "--config", filepath.Join(dir, "config")},
			fmt.Sprintf("{\nadmin off\nauto_https off\n}\n%s\nhttp://%s {\nroot * %q\n%s\nfile_server\n}\n",
				rules, address, pages, strings.Join(directives, "\n"))
	})
}

// web starts a web server whose arguments and file of configuration are made for its address and folder.
func (s *Servers) web(name string, configure func(address, dir string) (arguments []string, config string)) (string, error) {
	path, err := program(name)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	_, err = s.add(name, func(dir string) (*process, error) {
		arguments, config := configure(address, dir)
		return &process{
			command: func() *exec.Cmd {
				command := exec.Command(path, arguments...)
				command.Env = append(os.Environ(), "HOME="+dir)
				return command
			},
			ready: func() error { return connects(address) },
		}, os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600)
	})
	return "http://" + address, err
}
