{{- define "assent.name" -}}
{{- if contains "assent" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-assent" (.Release.Name | trunc 43 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "assent.selector" -}}
app.kubernetes.io/name: assent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "assent.labels" -}}
{{ include "assent.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "assent.image" -}}
{{- with .Values.image }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}{{ end }}
{{- end }}

{{/* What the pods are made by: a StatefulSet where each has a volume of its own. */}}
{{- define "assent.kind" -}}
{{- if and (eq .Values.mode "cluster") .Values.spool.enabled }}StatefulSet{{ else }}Deployment{{ end }}
{{- end }}

{{/* The pod, the same in both modes but for where it keeps things. */}}
{{- define "assent.pod" -}}
metadata:
  labels:
    {{- include "assent.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with .Values.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "assent.name" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  # 5 s until nobody sends requests here, 20 s that the program gives itself to finish, and some.
  terminationGracePeriodSeconds: 30
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if eq .Values.mode "cluster" }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "assent.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: assent
      image: {{ include "assent.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve]
      env:
        - {name: ASSENT_ADDR, value: ":8080"}
        - {name: ASSENT_DATA, value: /data}
        - {name: ASSENT_PUBLIC_URL, value: {{ .Values.publicURL | quote }}}
        - {name: ASSENT_TRUSTED_PROXY, value: {{ join "," .Values.trustedProxies | quote }}}
        {{- range $name, $value := .Values.env }}
        - {name: {{ $name }}, value: {{ $value | quote }}}
        {{- end }}
        {{- with .Values.singleSignOn }}
        {{- if .existingSecret }}
        - {name: ASSENT_OIDC_CLIENT_SECRET, valueFrom: {secretKeyRef: {name: {{ .existingSecret }}, key: {{ .secretKey }}}}}
        {{- end }}
        {{- end }}
        {{- if .Values.dataKeys.existingSecret }}
        - {name: ASSENT_DATA_KEYS, value: /keys/data.keys} # A file, so that a rotation needs no new pods.
        {{- end }}
        {{- if eq .Values.mode "cluster" }}
        {{- with .Values.stores }}
        - {name: REDIS_URL, valueFrom: {secretKeyRef: {name: {{ .existingSecret }}, key: {{ .redisKey }}}}}
        - {name: CLICKHOUSE_URL, valueFrom: {secretKeyRef: {name: {{ .existingSecret }}, key: {{ .clickhouseKey }}}}}
        {{- end }}
        {{- if not .Values.spool.enabled }}
        - {name: ASSENT_SPOOL_LIMIT, value: "0"} # The folder goes with the pod.
        {{- end }}
        {{- end }}
      ports:
        - {name: http, containerPort: 8080}
      # A minute to start; after that a store's outage is no reason to be killed, which /healthz does not ask about.
      startupProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 3
        timeoutSeconds: 2
        failureThreshold: 2
      lifecycle:
        # Until the last proxy has heard that this pod ends.
        preStop: {sleep: {seconds: 5}}
      resources: {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        privileged: false
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
        {{- if .Values.dataKeys.existingSecret }}
        - {name: keys, mountPath: /keys, readOnly: true}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    {{- with .Values.dataKeys }}
    {{- if .existingSecret }}
    - name: keys
      secret:
        secretName: {{ .existingSecret }}
        defaultMode: 0440
        items: [{key: {{ .secretKey }}, path: data.keys}]
    {{- end }}
    {{- end }}
    {{- if eq .Values.mode "cluster" }}
    {{- if not .Values.spool.enabled }}
    - name: data
      emptyDir: {sizeLimit: 64Mi}
    {{- end }}
    {{- else }}
    - name: data
      persistentVolumeClaim: {claimName: {{ .Values.persistence.existingClaim | default (include "assent.name" .) }}}
    {{- end }}
{{- end }}
