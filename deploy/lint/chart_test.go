package lint_test

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// kubernetes is the version whose deprecations are looked for.
var kubernetes = chartutil.KubeVersion{Version: "v1.34.0", Major: "1", Minor: "34"}

func TestTheChartIsLinted(t *testing.T) {
	for name, v := range map[string]values{"embedded": embedded(), "cluster": cluster(), "both full": full(cluster()), "spool": spooling(cluster())} {
		t.Run(name, func(t *testing.T) {
			for _, message := range lint.AllWithKubeVersionAndSchemaValidation(chartFolder(), v, "default", &kubernetes, false).Messages {
				if message.Severity >= support.WarningSev {
					t.Error(message)
				}
			}
		})
	}
}

func chartFolder() string { return filepath.Join(deploy, "helm", "assent") }

// render returns the manifests by kind, each decoded strictly into the type that Kubernetes' API server has for it.
func render(t *testing.T, given values) map[string]any {
	t.Helper()
	templates, err := execute(given)
	if err != nil {
		t.Fatal(err)
	}
	manifests := map[string]any{}
	for name, text := range templates {
		if path.Ext(name) != ".yaml" {
			continue
		}
		for document := range strings.SplitSeq(text, "\n---\n") {
			if strings.TrimSpace(document) == "" {
				continue
			}
			kind, manifest, err := decode(document)
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, document)
			}
			if _, twice := manifests[kind]; twice {
				t.Fatalf("two of kind %s", kind)
			}
			manifests[kind] = manifest
		}
	}
	return manifests
}

func execute(given values) (map[string]string, error) {
	chart, err := loader.LoadDir(chartFolder())
	if err != nil {
		return nil, err
	}
	release := chartutil.ReleaseOptions{Name: "consent", Namespace: "web", Revision: 1, IsInstall: true}
	rendered, err := chartutil.ToRenderValues(chart, given, release, &chartutil.Capabilities{KubeVersion: kubernetes})
	if err != nil {
		return nil, err
	}
	return engine.Engine{Strict: true}.Render(chart, rendered)
}

func decode(document string) (kind string, manifest any, err error) {
	var about struct{ APIVersion, Kind string }
	if err := yaml.Unmarshal([]byte(document), &about); err != nil {
		return "", nil, err
	}
	known := map[string]any{
		"apps/v1/Deployment": &appsv1.Deployment{}, "apps/v1/StatefulSet": &appsv1.StatefulSet{}, "v1/Service": &corev1.Service{}, "v1/ServiceAccount": &corev1.ServiceAccount{},
		"v1/PersistentVolumeClaim": &corev1.PersistentVolumeClaim{}, "policy/v1/PodDisruptionBudget": &policyv1.PodDisruptionBudget{},
		"autoscaling/v2/HorizontalPodAutoscaler": &autoscalingv2.HorizontalPodAutoscaler{},
		"networking.k8s.io/v1/NetworkPolicy":     &networkingv1.NetworkPolicy{}, "networking.k8s.io/v1/Ingress": &networkingv1.Ingress{},
		"monitoring.coreos.com/v1/ServiceMonitor": &serviceMonitor{},
	}
	manifest, ok := known[about.APIVersion+"/"+about.Kind]
	if !ok {
		return "", nil, fmt.Errorf("%s %s is none that the chart should have", about.APIVersion, about.Kind)
	}
	return about.Kind, manifest, yaml.UnmarshalStrict([]byte(document), manifest)
}

// serviceMonitor has the fields that the chart uses, as the Prometheus operator names them; its own type would bring a
// hundred modules.
type serviceMonitor struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   map[string]any `json:"metadata"`
	Spec       struct {
		Selector  struct{ MatchLabels map[string]string } `json:"selector"`
		Endpoints []struct{ Port, Path, Interval string } `json:"endpoints"`
	} `json:"spec"`
}

func TestEmbeddedIsOnePodOnItsVolume(t *testing.T) {
	for name, given := range map[string]values{"least": embedded(), "full": full(embedded())} {
		t.Run(name, func(t *testing.T) {
			manifests := render(t, given)
			deployment := manifests["Deployment"].(*appsv1.Deployment)
			if *deployment.Spec.Replicas != 1 || deployment.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
				t.Errorf("%d replicas, %s", *deployment.Spec.Replicas, deployment.Spec.Strategy.Type)
			}
			claim := manifests["PersistentVolumeClaim"].(*corev1.PersistentVolumeClaim)
			if mounted := claimOf(deployment); mounted != claim.Name || claim.Annotations["helm.sh/resource-policy"] != "keep" {
				t.Errorf("mounts %q, has %q, kept %v", mounted, claim.Name, claim.Annotations)
			}
			for _, kind := range []string{"HorizontalPodAutoscaler", "PodDisruptionBudget"} {
				if manifests[kind] != nil {
					t.Errorf("%s of one pod", kind)
				}
			}
			checkPod(t, deployment.Spec.Template)
		})
	}
	manifests := render(t, existing(embedded()))
	if manifests["PersistentVolumeClaim"] != nil || claimOf(manifests["Deployment"].(*appsv1.Deployment)) != "mine" {
		t.Error("an existing claim is not used")
	}
}

func claimOf(deployment *appsv1.Deployment) string {
	for _, volume := range deployment.Spec.Template.Spec.Volumes {
		if volume.PersistentVolumeClaim != nil {
			return volume.PersistentVolumeClaim.ClaimName
		}
	}
	return ""
}

func TestClusterIsManyPodsBeforeStoresOfOthers(t *testing.T) {
	for name, given := range map[string]values{"least": cluster(), "full": full(cluster())} {
		t.Run(name, func(t *testing.T) {
			manifests := render(t, given)
			deployment := manifests["Deployment"].(*appsv1.Deployment)
			scaler := manifests["HorizontalPodAutoscaler"].(*autoscalingv2.HorizontalPodAutoscaler)
			if deployment.Spec.Replicas != nil || *scaler.Spec.MinReplicas != 2 || scaler.Spec.ScaleTargetRef.Name != deployment.Name {
				t.Error("deployment and autoscaler disagree about who decides how many there are")
			}
			budget := manifests["PodDisruptionBudget"].(*policyv1.PodDisruptionBudget)
			if budget.Spec.MaxUnavailable.IntValue() != 1 {
				t.Errorf("budget %v", budget.Spec)
			}
			for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
				if strings.HasSuffix(variable.Name, "_URL") && !strings.HasPrefix(variable.Name, "ASSENT_") && variable.ValueFrom.SecretKeyRef.Name != "assent-stores" {
					t.Errorf("%s is not from the secret", variable.Name)
				}
			}
			if claimOf(deployment) != "" || len(deployment.Spec.Template.Spec.TopologySpreadConstraints) != 2 {
				t.Error("pods share a volume, or a machine")
			}
			checkPod(t, deployment.Spec.Template)
		})
	}
	fixed := cluster()
	fixed["autoscaling"] = values{"enabled": false}
	fixed["replicas"] = 3
	manifests := render(t, fixed)
	if manifests["HorizontalPodAutoscaler"] != nil || *manifests["Deployment"].(*appsv1.Deployment).Spec.Replicas != 3 {
		t.Error("three pods were asked for")
	}
}

func TestASpoolIsAVolumeToEachPod(t *testing.T) {
	manifests := render(t, spooling(cluster()))
	set := manifests["StatefulSet"].(*appsv1.StatefulSet)
	if claim := set.Spec.VolumeClaimTemplates[0]; claim.Name != "data" || *claim.Spec.StorageClassName != "fast" {
		t.Errorf("claim %+v", claim)
	}
	if scaler := manifests["HorizontalPodAutoscaler"].(*autoscalingv2.HorizontalPodAutoscaler); scaler.Spec.ScaleTargetRef.Kind != "StatefulSet" || manifests["Deployment"] != nil {
		t.Error("the autoscaler scales something else")
	}
	if set.Spec.ServiceName != manifests["Service"].(*corev1.Service).Name {
		t.Errorf("service %q", set.Spec.ServiceName)
	}
	checkPod(t, set.Spec.Template)
	without := render(t, cluster())["Deployment"].(*appsv1.Deployment).Spec.Template.Spec.Containers[0]
	if limit := variable(without, "ASSENT_SPOOL_LIMIT"); limit != "0" || variable(set.Spec.Template.Spec.Containers[0], "ASSENT_SPOOL_LIMIT") != "" {
		t.Errorf("without volumes %q may wait in pods", limit)
	}
}

// A file follows its Secret, as a variable does not, and the program refuses one that everybody may read.
func TestKeysOfSealedDataAreAFileOfTheSecret(t *testing.T) {
	for name, mode := range map[string]func() values{"embedded": embedded, "cluster": cluster} {
		t.Run(name, func(t *testing.T) {
			given := mode()
			if pod := render(t, given)["Deployment"].(*appsv1.Deployment).Spec.Template.Spec; variable(pod.Containers[0], "ASSENT_DATA_KEYS") != "" || len(pod.Containers[0].VolumeMounts) != 2 {
				t.Error("keys are named that nobody gave")
			}
			given["dataKeys"] = values{"existingSecret": "assent-keys", "secretKey": "mine"}
			pod := render(t, given)["Deployment"].(*appsv1.Deployment).Spec.Template.Spec
			mount := pod.Containers[0].VolumeMounts[slices.IndexFunc(pod.Containers[0].VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == "keys" })]
			secret := pod.Volumes[slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == "keys" })].Secret
			if file := variable(pod.Containers[0], "ASSENT_DATA_KEYS"); file != path.Join(mount.MountPath, secret.Items[0].Path) || !mount.ReadOnly {
				t.Errorf("the program reads %s, mounted is %+v with %v", file, mount, secret.Items)
			}
			if secret.SecretName != "assent-keys" || secret.Items[0].Key != "mine" || *secret.DefaultMode&0o007 != 0 {
				t.Errorf("mounted: %+v", secret)
			}
		})
	}
}

func variable(container corev1.Container, name string) string {
	for _, one := range container.Env {
		if one.Name == name {
			return one.Value
		}
	}
	return ""
}

// checkPod holds a pod to the Restricted standard (kubernetes.io/docs/concepts/security/pod-security-standards) and to
// what the program needs.
func checkPod(t *testing.T, pod corev1.PodTemplateSpec) {
	t.Helper()
	container := pod.Spec.Containers[0]
	all, own := pod.Spec.SecurityContext, container.SecurityContext
	if !*all.RunAsNonRoot || *all.RunAsUser != 65532 || all.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault ||
		*own.AllowPrivilegeEscalation || !*own.ReadOnlyRootFilesystem || fmt.Sprint(own.Capabilities.Drop) != "[ALL]" || own.Capabilities.Add != nil {
		t.Errorf("not restricted: %+v %+v", all, own)
	}
	if *pod.Spec.AutomountServiceAccountToken || len(pod.Spec.Containers) != 1 || pod.Spec.HostNetwork {
		t.Error("the pod has more than it needs")
	}
	pause := container.Lifecycle.PreStop.Sleep.Seconds
	if *pod.Spec.TerminationGracePeriodSeconds < pause+20 { // stopTimeout in server/cmd/assent/serve.go.
		t.Error("killed before it has finished")
	}
	for probe, want := range map[*corev1.Probe]string{container.StartupProbe: "/healthz", container.LivenessProbe: "/healthz", container.ReadinessProbe: "/readyz"} {
		if probe.HTTPGet.Path != want || probe.HTTPGet.Port.String() != container.Ports[0].Name {
			t.Errorf("probe %+v, want %s", probe.HTTPGet, want)
		}
	}
	mounted := map[string]bool{}
	for _, mount := range container.VolumeMounts {
		mounted[mount.MountPath] = true
	}
	if !mounted["/data"] || !mounted["/tmp"] {
		t.Errorf("nothing can be written: %v", container.VolumeMounts)
	}
	if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
		t.Error("no limits")
	}
	if strings.HasSuffix(container.Image, ":latest") || !strings.Contains(container.Image, ":") {
		t.Errorf("image %q", container.Image)
	}
}

func TestOnlyWhatBrowsersNeedIsOutside(t *testing.T) {
	for _, rule := range render(t, full(cluster()))["Ingress"].(*networkingv1.Ingress).Spec.Rules {
		for _, entry := range rule.HTTP.Paths {
			for _, inner := range []string{"/metrics", "/readyz", "/healthz"} {
				if strings.HasPrefix(inner, entry.Path) {
					t.Errorf("%s lets %s out", entry.Path, inner)
				}
			}
		}
	}
	closed := render(t, embedded())["NetworkPolicy"].(*networkingv1.NetworkPolicy)
	if len(closed.Spec.Ingress) != 0 || len(closed.Spec.Egress) != 0 || len(closed.Spec.PolicyTypes) != 2 {
		t.Errorf("open before anybody said to whom: %+v", closed.Spec)
	}
}

// The provider is reached and its secret comes from a Secret, in both modes, only where single sign-on is wanted.
func TestSingleSignOnIsLetOut(t *testing.T) {
	for name, mode := range map[string]func() values{"embedded": embedded, "cluster": cluster} {
		t.Run(name, func(t *testing.T) {
			before := render(t, mode())["NetworkPolicy"].(*networkingv1.NetworkPolicy).Spec.Egress
			wanted := mode()
			wanted["singleSignOn"] = values{"existingSecret": "assent-provider", "port": 8443}
			after := render(t, wanted)["NetworkPolicy"].(*networkingv1.NetworkPolicy).Spec.Egress
			if want := max(len(before), 1) + 1; len(after) != want || after[1].Ports[0].Port.IntValue() != 8443 {
				t.Errorf("%d rules, want %d: %v", len(after), want, after)
			}
			templates, err := execute(wanted)
			if err != nil {
				t.Fatal(err)
			}
			from := "ASSENT_OIDC_CLIENT_SECRET, valueFrom: {secretKeyRef: {name: assent-provider, key: ASSENT_OIDC_CLIENT_SECRET}}"
			if !strings.Contains(fmt.Sprint(templates), from) {
				t.Error("the client's secret does not come from the Secret")
			}
		})
	}
}

func TestTheChartRefuses(t *testing.T) {
	with := func(v values, key string, value any) values { v[key] = value; return v }
	for name, given := range map[string]values{
		"no image":                 with(embedded(), "image", values{}),
		"a moving tag":             with(embedded(), "image", values{"repository": "a", "tag": "latest"}),
		"no public address":        with(embedded(), "publicURL", ""),
		"an address without TLS":   with(embedded(), "publicURL", "http://assent.example.com"),
		"cluster without a secret": with(cluster(), "stores", values{}),
		"a cluster of one":         with(cluster(), "replicas", 1),
		"TLS without a secret":     with(cluster(), "ingress", values{"enabled": true, "host": "a.example"}),
		"a mistyped value":         with(cluster(), "autoscalling", values{}),
		"somebody else's variable": with(cluster(), "env", values{"REDIS_URL": "redis://:password@host"}),
		"a proxy by name":          with(cluster(), "trustedProxies", []any{"nginx"}),
	} {
		if _, err := execute(given); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
