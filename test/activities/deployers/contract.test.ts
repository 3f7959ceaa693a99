import type { deployers } from '../../../activities/deployers/registry.ts';
import { deployerContract, type DeployerSubject } from './contract.ts';
import { httpTarget } from './http-target.ts';

/** Every kind of target that needs nothing but itself, each against a real one on which version 2.3.9 runs; test/docker and test/kubernetes have the others. */
const subjects: Record<
  Exclude<keyof typeof deployers, 'docker' | 'kubernetes'>,
  () => Promise<DeployerSubject>
> = {
  http: httpTarget,
};

const release = { service: 'staging/checkout', version: '2.4.0', stable: '2.3.9' };
for (const [type, start] of Object.entries(subjects)) deployerContract(type, release, start);
