import { httpTraffic } from '../../../activities/traffic/http.ts';
import { startContractTarget } from '../../support/contract-target.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import type { TrafficSubject } from './contract.ts';

export async function httpSplitter(): Promise<TrafficSubject> {
  const target = await startContractTarget('2.3.9');
  const plan = { type: 'http', url: target.url, headers: {} } as const;
  return {
    traffic: connected(
      httpTraffic,
      plan,
      grantsOf(() => 'hush'),
    ),
    uses: httpTraffic.uses(plan),
    backends: { canary: [], baseline: [] },
    inForce: target.split,
    fence: true,
    hang: target.hang,
    vanish: target.close,
    close: target.close,
  };
}
