import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPrograms } from '../../examples/cluster/build.ts';
import { lacking, Node } from '../../examples/cluster/node.ts';
import { addresses, gateway, kubeconfig, name } from '../../examples/cluster/place.ts';
import type { TestCluster } from './namespace.ts';
import { makeShopImages } from './shop.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null if there is none. */
    cluster: TestCluster | null;
  }
}

/** Once before all tests: the cluster that CLUSTER_CONTEXT names, or the node of `npm run cluster`, started if it does not run. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('cluster', named() ?? (await own()));
}

function named(): TestCluster | null {
  const { CLUSTER_CONTEXT: context, CLUSTER_GATEWAY: url, CLUSTER_PROMETHEUS: prometheus } = process.env;
  if (!context) return null;
  const [namespace, gatewayName] = (process.env['CLUSTER_GATEWAY_NAME'] ?? '').split('/');
  if (!url || !prometheus || !namespace || !gatewayName)
    throw new Error(
      'CLUSTER_CONTEXT also needs CLUSTER_GATEWAY (URL), CLUSTER_GATEWAY_NAME (NAMESPACE/NAME) and CLUSTER_PROMETHEUS (URL); docs/cluster.md describes them.',
    );
  const parent = { namespace, name: gatewayName };
  const path = process.env['KUBECONFIG'] ?? join(homedir(), '.kube/config');
  return { kubeconfig: path, context, kubectl: 'kubectl', parent, gateway: url, prometheus, programs: null };
}

async function own(): Promise<TestCluster | null> {
  const reason = await lacking();
  if (reason !== null) {
    if (process.env['CI'] === 'true') throw new Error(reason);
    console.warn(`Skipped: ${reason}`);
    return null;
  }
  const programs = await buildPrograms();
  const node = new Node(programs);
  await node.up();
  await makeShopImages();
  return {
    kubeconfig,
    context: name,
    kubectl: node.path('kubectl'),
    parent: gateway,
    gateway: addresses.gateway,
    prometheus: addresses.prometheus,
    programs,
  };
}
