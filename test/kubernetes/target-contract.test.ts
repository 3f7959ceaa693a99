import { describe, inject } from 'vitest';
import { kubernetesDeployer } from '../../activities/deployers/kubernetes.ts';
import { deployerContract, type DeployerSubject } from '../activities/deployers/contract.ts';
import { Released } from './deployment.ts';

const cluster = inject('cluster');
const release = { service: 'staging/shop', version: '2.4.0', stable: '2.3.9' };

describe.skipIf(cluster === null)('on a cluster', () => {
  deployerContract('kubernetes', release, async (): Promise<DeployerSubject> => {
    const released = await Released.create(cluster!);
    const { door } = released;
    return {
      deployer: released.deployer(),
      // The context that it declares leads to the door, and the door to the cluster.
      uses: [
        ...kubernetesDeployer.uses(released.plan()),
        { at: 'context', url: `http://127.0.0.1:${String(door.port)}` },
        { at: 'context', url: released.server },
      ],
      running: (track) => released.running(track),
      hang: () => door.hang(),
      vanish: () => door.close(),
      close: () => released.close(),
    };
  });
});
