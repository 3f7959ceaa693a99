import { trackNames, type TrackName } from './contract.ts';
import type { Counters, TrackCount } from './counters.ts';

/** What a Prometheus scrapes: the same counters in its text format, by track as the front door sent them on. */
export function metricsPage(counters: Counters): string {
  const counts = trackNames.map((track) => ({ track, ...counters.of(track) }));
  return [
    '# HELP http_requests_total Requests of users, by track and status.',
    '# TYPE http_requests_total counter',
    ...counts.flatMap(({ track, codes }) =>
      Object.entries(codes).map(([code, n]) => `http_requests_total{track="${track}",code="${code}"} ${n}`),
    ),
    '# HELP http_request_duration_seconds From the request to the end of its answer.',
    '# TYPE http_request_duration_seconds histogram',
    ...counts.flatMap(({ track, latency }) => buckets(track, latency)),
    '# HELP process_start_time_seconds When the counters stood at 0, in seconds since 1970.',
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${performance.timeOrigin / 1000}`,
    '',
  ].join('\n');
}

function buckets(track: TrackName, latency: TrackCount['latency']): string[] {
  const name = 'http_request_duration_seconds';
  return [
    ...Object.entries(latency).map(([le, n]) => `${name}_bucket{track="${track}",le="${le}"} ${n}`),
    `${name}_count{track="${track}"} ${latency['+Inf'] ?? 0}`,
  ];
}
