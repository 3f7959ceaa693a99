import type { Adapters, Grants, MetricOf, Metrics } from '../ports.ts';
import { requestUses } from '../uses.ts';
import { httpLatency } from './http-latency.ts';
import { httpRate } from './http-rate.ts';
import { httpStatus } from './http-status.ts';
import { httpValue } from './http-value.ts';
import { loadReport } from './load-report.ts';
import { prometheus } from './prometheus.ts';

/** Every kind of source. */
export const metrics: Adapters['metrics'] = {
  http: { uses: ({ source }) => requestUses(source, 'source'), connect: http },
  prometheus,
  load: loadReport,
};

function http(metric: MetricOf<'http'>, grants: Grants): Metrics {
  switch (metric.kind) {
    case 'status':
      return httpStatus(metric, grants);
    case 'rate':
      return httpRate(metric, grants);
    case 'latency':
      return httpLatency(metric, grants);
    case 'value':
    case 'gauge':
      return httpValue(metric, grants);
  }
}
