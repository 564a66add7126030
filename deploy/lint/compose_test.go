package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// secrets are what compose.cluster.yaml must be given.
var secrets = []string{"REDIS_ADMIN_PASSWORD", "REDIS_PASSWORD", "CLICKHOUSE_PASSWORD", "CLICKHOUSE_CLUSTER_SECRET"}

func environment() []string {
	variables := []string{"ASSENT_HOST=assent.example.com"}
	for _, name := range secrets {
		variables = append(variables, name+"="+strings.Repeat(strings.ToLower(name[:1]), 32))
	}
	return append(variables, "ASSENT_DATA_KEYS=assent-data-key:")
}

// compose reads a file as `docker compose config` does, by the same library.
func compose(t *testing.T, file string, variables []string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(deploy, file)}, cli.WithEnv(variables), cli.WithConsistency(true),
		cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func TestComposeFiles(t *testing.T) {
	for _, file := range []string{"compose.yaml", "compose.cluster.yaml"} {
		t.Run(file, func(t *testing.T) {
			project, err := compose(t, file, environment())
			if err != nil {
				t.Fatal(err)
			}
			for name, service := range project.Services {
				t.Run(name, func(t *testing.T) { checkService(t, project, service) })
			}
		})
	}
}

// pinned has at least a number and a point: a release, not a channel.
var pinned = regexp.MustCompile(`:(\d+\.\d+[\w.-]*|local)$`)

func checkService(t *testing.T, project *types.Project, service types.ServiceConfig) {
	if !pinned.MatchString(service.Image) {
		t.Errorf("image %q is not pinned", service.Image)
	}
	if strings.Join(service.CapDrop, "") != "ALL" || strings.Join(service.SecurityOpt, "") != "no-new-privileges:true" || service.Privileged {
		t.Error("it has rights that it does not need")
	}
	if service.MemLimit == 0 || service.CPUS == 0 || service.PidsLimit == 0 || service.Restart == "" || service.Logging == nil {
		t.Error("it has no limits")
	}
	for _, port := range service.Ports {
		if port.HostIP != "127.0.0.1" {
			t.Errorf("port %s is open to the world", port.Published)
		}
	}
	for _, volume := range service.Volumes {
		if volume.Type == types.VolumeTypeBind {
			if _, err := os.Stat(volume.Source); err != nil || !volume.ReadOnly {
				t.Errorf("%s: %v, read only: %v", volume.Source, err, volume.ReadOnly)
			}
		}
	}
	for name, dependency := range service.DependsOn {
		switch other := project.Services[name]; {
		case dependency.Condition == types.ServiceConditionHealthy && other.HealthCheck == nil && other.Build == nil:
			t.Errorf("it waits for the health of %s, which has no check", name)
		case dependency.Condition == types.ServiceConditionCompletedSuccessfully && other.Restart != types.RestartPolicyOnFailure:
			t.Errorf("it waits for the end of %s, which is started again", name)
		case dependency.Condition == types.ServiceConditionStarted:
			t.Errorf("it does not wait until %s can be asked", name)
		}
	}
}

func TestAssentInAContainer(t *testing.T) {
	for _, file := range []string{"compose.yaml", "compose.cluster.yaml"} {
		project, err := compose(t, file, environment())
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for name, service := range project.Services {
			if service.Image != "assent:local" {
				continue
			}
			found++
			if !service.ReadOnly || service.StopGracePeriod == nil || service.StopGracePeriod.String() != "30s" {
				t.Errorf("%s in %s: read only %v, stops within %v", name, file, service.ReadOnly, service.StopGracePeriod)
			}
			dockerfile := filepath.Join(service.Build.Context, service.Build.Dockerfile)
			if _, err := os.Stat(dockerfile); err != nil {
				t.Error(err)
			}
		}
		if found == 0 {
			t.Errorf("no assent in %s", file)
		}
	}
}

func TestTheClusterStartsWithoutNoPassword(t *testing.T) {
	for _, missing := range append(secrets, "ASSENT_HOST", "ASSENT_DATA_KEYS") {
		var variables []string
		for _, variable := range environment() {
			if !strings.HasPrefix(variable, missing+"=") {
				variables = append(variables, variable)
			}
		}
		if _, err := compose(t, "compose.cluster.yaml", variables); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	project, err := compose(t, "compose.cluster.yaml", environment())
	if err != nil {
		t.Fatal(err)
	}
	for name, service := range project.Services {
		for variable, value := range service.Environment {
			isSecret := strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "SECRET") || strings.Contains(variable, "AUTH")
			if isSecret && (value == nil || len(*value) != 32) {
				t.Errorf("%s has %s of its own", name, variable)
			}
		}
	}
}

// hosts are what the stores' files and URLs call others by: a name, or an address of the network inside.
var hosts = regexp.MustCompile(`<host(?:name)?>([^<]+)<|((?:clickhouse|keeper|redis|assent)-\d+):\d|(172\.30\.81\.\d+)`)

func TestEveryHostThatIsNamedIsThere(t *testing.T) {
	project, err := compose(t, "compose.cluster.yaml", environment())
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for name, service := range project.Services {
		there[name] = true
		if inside := service.Networks["inside"]; inside != nil {
			there[inside.Ipv4Address] = true
		}
	}
	named := read(t, "clickhouse", "replication.xml") + read(t, "clickhouse", "keeper.xml")
	for _, service := range project.Services {
		named += strings.Join(service.Command, " ")
		for _, value := range service.Environment {
			named += " " + *value
		}
	}
	found := hosts.FindAllStringSubmatch(named, -1)
	for _, match := range found {
		if host := strings.Join(match[1:], ""); !there[host] {
			t.Errorf("nothing is called %s", host)
		}
	}
	if len(found) < 20 {
		t.Errorf("only %d hosts are named", len(found))
	}
}
