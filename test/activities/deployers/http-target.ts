import { httpDeployer } from '../../../activities/deployers/http.ts';
import { startContractTarget } from '../../support/contract-target.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import type { DeployerSubject } from './contract.ts';

export async function httpTarget(): Promise<DeployerSubject> {
  const target = await startContractTarget('2.3.9');
  const plan = { type: 'http', url: target.url, headers: {}, ready: 60_000, drain: 5_000 } as const;
  return {
    deployer: connected(
      httpDeployer,
      plan,
      grantsOf(() => 'hush'),
    ),
    uses: httpDeployer.uses(plan),
    running: target.running,
    hang: target.hang,
    vanish: target.close,
    close: target.close,
  };
}
