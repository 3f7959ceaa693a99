import type { Selector } from './selector.ts';

/** What a kind of server counts, and under which names. */
export interface Preset {
  /** The counter of its requests. */
  total: string;
  /** What tells those that failed: a matcher of that counter. */
  failed: Selector['matchers'][number];
  /** What tells one of several that count the same requests; a matcher of the spec on its label takes its place. */
  once?: Selector['matchers'][number];
  /** The counters of the buckets, without `_bucket`. */
  histogram: string;
  unit: 's' | 'ms';
  /** For people. */
  of: string;
}

const server5xx = (label: string): Preset['failed'] => ({ label, op: '=~', value: '"5.."' });

/** The codes that are the server's fault, as gRPC's own retry design and Linkerd count them. */
const grpcFailures = '"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"';

/** The names of common instrumentations, from their own documentation. */
export const presets = {
  'http-server': {
    total: 'http_requests_total',
    failed: server5xx('code'),
    histogram: 'http_request_duration_seconds',
    unit: 's',
    of: "Prometheus's own naming, label code",
  },
  'express-prom-bundle': {
    total: 'http_request_duration_seconds_count',
    failed: server5xx('status_code'),
    histogram: 'http_request_duration_seconds',
    unit: 's',
    of: 'Node: express-prom-bundle and others on prom-client',
  },
  opentelemetry: {
    total: 'http_server_request_duration_seconds_count',
    failed: server5xx('http_response_status_code'),
    histogram: 'http_server_request_duration_seconds',
    unit: 's',
    of: "OpenTelemetry's conventions for HTTP servers",
  },
  'spring-boot': {
    total: 'http_server_requests_seconds_count',
    failed: server5xx('status'),
    histogram: 'http_server_requests_seconds',
    unit: 's',
    of: 'Spring Boot with Micrometer; the histogram has to be switched on there',
  },
  'grpc-server': {
    total: 'grpc_server_handled_total',
    failed: { label: 'grpc_code', op: '=~', value: grpcFailures },
    histogram: 'grpc_server_handling_seconds',
    unit: 's',
    of: 'go-grpc-middleware and its likes',
  },
  traefik: {
    total: 'traefik_service_requests_total',
    failed: server5xx('code'),
    histogram: 'traefik_service_request_duration_seconds',
    unit: 's',
    of: 'Traefik with addServicesLabels, as a proxy or for the Gateway API',
  },
  istio: {
    total: 'istio_requests_total',
    failed: server5xx('response_code'),
    once: { label: 'reporter', op: '=', value: '"destination"' },
    histogram: 'istio_request_duration_milliseconds',
    unit: 'ms',
    of: 'Istio, in a mesh or for the Gateway API',
  },
  envoy: {
    total: 'envoy_cluster_upstream_rq_xx',
    failed: { label: 'envoy_response_code_class', op: '=', value: '"5"' },
    histogram: 'envoy_cluster_upstream_rq_time',
    unit: 'ms',
    of: 'Envoy and Envoy Gateway, by cluster',
  },
  'nginx-ingress': {
    total: 'nginx_ingress_controller_requests',
    failed: server5xx('status'),
    histogram: 'nginx_ingress_controller_request_duration_seconds',
    unit: 's',
    of: "Kubernetes' ingress-nginx",
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
