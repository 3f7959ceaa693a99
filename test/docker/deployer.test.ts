import { beforeAll, describe, inject } from 'vitest';
import { dockerDeployer } from '../../activities/deployers/docker.ts';
import type { Deployer } from '../../activities/ports.ts';
import { deployerContract, type DeployerSubject } from '../activities/deployers/contract.ts';
import { makeImages, Shop } from './shop.ts';

describe.skipIf(inject('noDocker') !== null)('on a Docker engine', () => {
  beforeAll(makeImages);

  const release = { service: 'staging/checkout', version: '2.4.0', stable: '2.3.9' };
  deployerContract('docker', release, dockerTarget);
});

async function dockerTarget(): Promise<DeployerSubject> {
  const shop = await Shop.create();
  await shop.run('2.3.9');
  return {
    deployer: forService(shop.deployer(), shop.service),
    // The door is in this process, too.
    uses: [...dockerDeployer.uses(shop.plan()), { at: 'door', socket: '/var/run/docker.sock' }],
    running: (track) => shop.running(track),
    hang: () => shop.door.hang(),
    vanish: () => shop.door.close(),
    close: () => shop.close(),
  };
}

/** The same deployer, for a service of its own: all tests share one engine. */
function forService(deployer: Deployer, service: string): Deployer {
  return {
    ...deployer,
    deploy: (release, ...rest) => deployer.deploy({ ...release, service }, ...rest),
    check: (release, ...rest) => deployer.check({ ...release, service }, ...rest),
    promote: (release, ...rest) => deployer.promote({ ...release, service }, ...rest),
    remove: (release, ...rest) => deployer.remove({ ...release, service }, ...rest),
  };
}
