import { describe } from 'vitest';
import { traefikTraffic } from '../../activities/traffic/traefik.ts';
import type { Split } from '../../src/domain/rollout.ts';
import { trafficContract, type TrafficSubject } from '../activities/traffic/contract.ts';
import { skipped, Stand } from './stand.ts';

async function traefikSplitter(): Promise<TrafficSubject> {
  const stand = await Stand.start();
  return {
    traffic: stand.traffic(),
    uses: traefikTraffic.uses(stand.plan()),
    backends: stand.backends,
    inForce: () => inForce(stand),
    fence: true,
    hang: () => stand.hang(),
    vanish: () => stand.down(),
    close: () => stand.close(),
  };
}

/** By who answers requests: a thousand of anybody, and some of each audience of the suite. */
async function inForce(stand: Stand): Promise<Split> {
  const requests = 1000;
  const { canary = 0, baseline = 0 } = await stand.share(requests);
  const ofHeader = await stand.share(20, { headers: { 'x-canary': '1' } });
  const ofCookie = await stand.share(20, { headers: { cookie: 'group=beta' }, path: '/cart' });
  const ofQuery = await stand.share(20, { path: '/?beta=yes%20please' });
  const isAll = canary === requests;
  const audience =
    !isAll && ofHeader['canary'] === 20
      ? { header: { name: 'x-canary', value: '1' } }
      : !isAll && ofCookie['canary'] === 20
        ? { cookie: { name: 'group', value: 'beta' }, path: '/cart' }
        : !isAll && ofQuery['canary'] === 20
          ? { query: { name: 'beta', value: 'yes please' } }
          : null;
  const percent = (count: number): number => Math.round((count / requests) * 200) / 2;
  return { weight: percent(canary), audience, ...(baseline > 0 && { baseline: percent(baseline) }) };
}

describe.skipIf(skipped)('with a real Traefik', () => {
  trafficContract('traefik', { service: 'checkout', version: '2.4.0', stable: '2.3.9' }, traefikSplitter);
});
