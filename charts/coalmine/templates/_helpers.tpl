{{- define "coalmine.name" -}}
{{- if contains "coalmine" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}{{ printf "%s-coalmine" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "coalmine.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "coalmine.name" .) }}
{{- end }}

{{- define "coalmine.selector" -}}
app.kubernetes.io/name: coalmine
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "coalmine.labels" -}}
{{ include "coalmine.selector" . }}
app.kubernetes.io/component: worker
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- /* NAME@place for each place of each secret. */ -}}
{{- define "coalmine.allowedSecrets" -}}
{{- $entries := list }}
{{- range $secret := .Values.secrets }}
{{- range $secret.goesTo }}{{ $entries = append $entries (printf "%s@%s" $secret.name .) }}{{ end }}
{{- end }}
{{- join "," $entries }}
{{- end }}

{{- /* Seconds that effects under way get to end. */ -}}
{{- define "coalmine.grace" -}}
{{ .Values.config.COALMINE_SHUTDOWN_GRACE | default 10 }}
{{- end }}

{{- define "coalmine.temporalPort" -}}
{{ .Values.temporal.address | splitList ":" | last }}
{{- end }}

{{- /* What specs may use of Kubernetes: namespaces of this cluster, or CONTEXT/NAMESPACE. */ -}}
{{- define "coalmine.allowedNamespaces" -}}
{{- with .Values.kubernetes }}
{{- if and .namespaces .kubeconfig }}
{{- fail "kubernetes: namespaces and kubeconfig cannot be combined; name this cluster as a context of the kubeconfig as well" }}
{{- end }}
{{- if .kubeconfig }}{{ join "," .kubeconfig.namespaces }}{{ else }}{{ join "," .namespaces }}{{ end }}
{{- end }}
{{- end }}
