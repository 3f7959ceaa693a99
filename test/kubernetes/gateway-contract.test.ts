import { afterAll, describe } from 'vitest';
import { gatewayApiTraffic } from '../../activities/traffic/gateway-api.ts';
import { trafficContract, type TrafficSubject } from '../activities/traffic/contract.ts';
import { inForceBy } from '../activities/traffic/in-force.ts';
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
    inForce: () => inForceBy((requests, asked) => stand.share(requests, asked)),
    fence: true,
    hang: () => stand.hang(),
    vanish: () => stand.vanish(),
    close: () => Promise.resolve(),
  };
}

describe.skipIf(skipped)('at the gateway of a real cluster', () => {
  trafficContract(
    'gateway-api',
    { service: 'checkout', version: '2.4.0', stable: '2.3.9' },
    gatewayApiSplitter,
  );
});
