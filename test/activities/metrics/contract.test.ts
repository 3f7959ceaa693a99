import type { metrics } from '../../../activities/metrics/registry.ts';
import { metricsContract, type MetricsSubject } from './contract.ts';

const selector = 'seen{track="$track"}';

/** Every kind of source, each with all the kinds of metrics that it measures. */
const subjects: Record<keyof typeof metrics, MetricsSubject> = {
  http: (url) => [
    { kind: 'status', source: { type: 'http', url } },
    { kind: 'rate', source: { type: 'http', url, events: '$.bad', total: '$.all' } },
    { kind: 'latency', source: { type: 'http', url, histogram: '$.buckets' } },
    { kind: 'value', max: 1, source: { type: 'http', url, value: '$.n' } },
    { kind: 'gauge', source: { type: 'http', url, value: '$.n' } },
  ],
  load: () => [
    { kind: 'rate', max: '1%', minSample: 1, source: { type: 'load' } },
    { kind: 'latency', max: '1s', minSample: 1, source: { type: 'load' } },
  ],
  prometheus: (url) => [
    { kind: 'rate', source: { type: 'prometheus', url, events: selector, total: selector } },
    { kind: 'latency', source: { type: 'prometheus', url, histogram: selector } },
    { kind: 'value', max: 1, source: { type: 'prometheus', url, value: selector } },
    { kind: 'gauge', source: { type: 'prometheus', url, value: selector } },
  ],
};

for (const [type, subject] of Object.entries(subjects)) metricsContract(type, subject);
