import { afterAll, describe } from 'vitest';
import { gatewayApiTraffic } from '../../activities/traffic/gateway-api.ts';
import type { Split } from '../../src/domain/rollout.ts';
import { trafficContract, type TrafficSubject } from '../activities/traffic/contract.ts';
import { GatewayStand, skipped } from './gateway-stand.ts';

let shared: Promise<GatewayStand> | undefined;
afterAll(async () => (await shared)?.close());

async function gatewayApiSplitter(): Promise<TrafficSubject> {
  const stand = await (shared ??= GatewayStand.start());
  await stand.useAs();
  await stand.route();
  return {
    traffic: stand.traffic(),
    // A context stands for the server that the kubeconfig has for it.
    uses: [...gatewayApiTraffic.uses(stand.plan()), ...stand.api.map((url) => ({ at: 'context', url }))],
    backends: { canary: [], baseline: [] },
    inForce: () => inForce(stand),
    fence: true,
    hang: () => stand.hang(),
    vanish: () => stand.vanish(),
    close: () => Promise.resolve(),
  };
}

/** By who answers requests: a thousand of anybody, and some of each audience of the suite. */
async function inForce(stand: GatewayStand): Promise<Split> {
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

describe.skipIf(skipped)('at the gateway of a real cluster', () => {
  trafficContract(
    'gateway-api',
    { service: 'checkout', version: '2.4.0', stable: '2.3.9' },
    gatewayApiSplitter,
  );
});
