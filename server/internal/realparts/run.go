package realparts

import (
	"fmt"
	"net"
	"os/exec"
)

// Run starts a program as the caller likes, with a configuration of deploy/ say, and returns once it takes connections
// on the port that it was given, which is free together with the one 10000 higher.
func (s *Servers) Run(name string, command func(dir string, port int) *exec.Cmd) (port int, err error) {
	if port, err = freePort(); err != nil {
		return 0, err
	}
	_, err = s.add(name, func(dir string) (*process, error) {
		return &process{
			command: func() *exec.Cmd { return command(dir, port) },
			ready:   func() error { return connects(fmt.Sprintf("127.0.0.1:%d", port)) },
		}, nil
	})
	return port, err
}

func connects(address string) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}
