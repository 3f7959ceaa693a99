import { describe } from 'vitest';
import { traefikTraffic } from '../../activities/traffic/traefik.ts';
import { trafficContract, type TrafficSubject } from '../activities/traffic/contract.ts';
import { inForceBy } from '../activities/traffic/in-force.ts';
import { skipped, Stand } from './stand.ts';

async function traefikSplitter(): Promise<TrafficSubject> {
  const stand = await Stand.start();
  return {
    traffic: stand.traffic(),
    uses: traefikTraffic.uses(stand.plan()),
    backends: stand.backends,
    inForce: () => inForceBy((requests, asked) => stand.share(requests, asked)),
    fence: true,
    hang: () => stand.hang(),
    vanish: () => stand.down(),
    close: () => stand.close(),
  };
}

describe.skipIf(skipped)('with a real Traefik', () => {
  trafficContract('traefik', { service: 'checkout', version: '2.4.0', stable: '2.3.9' }, traefikSplitter);
});
