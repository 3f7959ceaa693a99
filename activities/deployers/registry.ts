import type { TargetPlan } from '../../src/spec/schema.ts';
import type { Deployer, Registry } from '../ports.ts';
import { dockerDeployer } from './docker.ts';
import { httpDeployer } from './http.ts';
import { kubernetesDeployer } from './kubernetes.ts';

/** Every kind of target. */
export const deployers: Registry<TargetPlan, Deployer> = {
  http: httpDeployer,
  docker: dockerDeployer,
  kubernetes: kubernetesDeployer,
};
