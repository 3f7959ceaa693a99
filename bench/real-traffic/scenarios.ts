import {
  oldLinks,
  startAsking,
  startTraffic,
  startVisitors,
  type Traffic,
} from '../../examples/platform/traffic.ts';
import { randomOf } from '../../src/domain/random.ts';
import type { RolloutSpec } from '../../src/spec.ts';

/** One rollout of a real version to the traffic of real requests. */
export interface Scenario {
  name: string;
  stable: string;
  version: string;
  splitBy: 'request' | 'user';
  /** Sends requests to the front door. */
  users: (front: string) => Traffic;
  /** Seconds of traffic before the release. */
  before: number;
  /** All but service, version and target. */
  spec: (stats: string) => Omit<RolloutSpec, 'service' | 'version' | 'target'>;
}

const bakery = { stable: '14.1.0', version: '14.1.1', splitBy: 'request', before: 5 } as const;
const bad = '14.1.1-htm';

/** A limit of 2%, and users of whom this share asks for a page that is gone, in every version. */
function limit(failing: number): Scenario {
  return {
    ...bakery,
    name: `limit of 2%, ${String(failing * 100)}% of requests fail`,
    users: (front) => startTraffic(front, 60, failing),
    spec: (url) => ({
      every: '10s',
      metrics: [
        {
          name: 'errors-at-all',
          kind: 'rate',
          source: { type: 'http', url, events: '$.errors', total: '$.requests' },
          max: '2%',
        },
      ],
      steps: [{ weight: 20, bake: { min: '20s', max: '10m' } }],
    }),
  };
}

/** Users whom a cookie keeps on their version, a tenth of whom have an error in every version. */
function sticky(version: string, countBy: 'request' | 'user'): Scenario {
  const counters =
    countBy === 'user'
      ? { events: '$.user_errors', total: '$.users' }
      : { events: '$.errors', total: '$.requests' };
  return {
    ...bakery,
    version,
    splitBy: 'user',
    name: `split by user, ${countBy}s counted, ${version === bad ? 'bad' : 'good'} version`,
    users: (front) => startVisitors(front, 60, oldLinks),
    spec: (url) => ({
      every: '1s',
      splitBy: 'user',
      metrics: [{ name: 'errors', kind: 'rate', countBy, source: { type: 'http', url, ...counters } }],
      steps: [{ weight: 25, bake: { min: '10s', max: '10m' } }],
    }),
  };
}

/** Pages that nearly everyone asks for, and all others. */
const popular = 200;
const rare = 100_000;

/** Customers of the catalog: nine requests in ten are for a popular page, which a warm process has kept. */
function customers(front: string): Traffic {
  const random = randomOf('customers');
  return startAsking(front, 40, () => {
    const of = random.uniform() < 0.9 ? popular : rare;
    return { path: `/products/${String(of)}/${String(Math.floor(random.uniform() * of))}` };
  });
}

/** A catalog whose copies are slow for their first minute, and a new version that is exactly as good. */
function young(how: string, step: { warmUp?: string }, baseline?: 'fresh'): Scenario {
  return {
    ...bakery,
    name: `young, ${how}`,
    stable: 'catalog-1',
    version: 'catalog-2',
    users: customers,
    before: 90,
    spec: (url) => ({
      every: '1s',
      ...(baseline !== undefined && { baseline }),
      metrics: [
        { name: 'slow', kind: 'rate', source: { type: 'http', url, events: '$.slow', total: '$.requests' } },
      ],
      steps: [{ weight: 25, ...step, bake: { min: '10s', max: '10m' } }],
    }),
  };
}

export const scenarios: readonly Scenario[] = [
  limit(0.004),
  limit(0.06),
  sticky('14.1.1', 'user'),
  sticky(bad, 'user'),
  sticky(bad, 'request'),
  young('no warmUp', {}),
  young('warmUp: 90s', { warmUp: '90s' }),
  young('baseline: fresh', {}, 'fresh'),
];
