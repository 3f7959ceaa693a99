/** Images of the service that runs in pods: the one that test/docker releases. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importImages, nodeFiles } from '../../examples/cluster/images.ts';
import type { Manifest, TestCluster } from './namespace.ts';

/** Versions by tag, and what each is told. */
const versions: Record<string, Record<string, string>> = {
  '2.3.9': {},
  '2.4.0': {},
  '2.4.1': {},
  /** Ends at once, with a sentence. */
  exits: { FAULT: 'exits' },
  /** Never healthy. */
  sick: { FAULT: 'sick' },
  /** Takes memory until it is killed. */
  eats: { FAULT: 'eats' },
};

/** The image of a version, which is on the node already; listens on 8080, healthy at /healthz. */
export const shopImage = (version: string): string => `docker.io/coalmine-test/shop:${version}`;

/** Gives all versions to the node. */
export async function makeShopImages(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'coalmine-shop-'));
  try {
    const module = join(folder, 'package.json');
    await writeFile(module, '{"type":"module"}');
    const server = fileURLToPath(new URL('../docker/shop/server.js', import.meta.url));
    const files = { ...(await nodeFiles()), '/app/server.js': server, '/app/package.json': module };
    const images = Object.entries(versions).map(([version, env]) => ({
      name: shopImage(version),
      command: ['/usr/local/bin/node', '/app/server.js'],
      env: { VERSION: version, ...env },
      labels: { 'org.opencontainers.image.version': version },
    }));
    await importImages(files, images);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A Deployment of it and a Service of the same name, on port 80. */
export function shop(name: string, version: string, replicas: number): Manifest[] {
  const labels = { app: name };
  const port = 8080;
  const probe = { httpGet: { path: '/healthz', port }, periodSeconds: 1 };
  const container = {
    name: 'shop',
    image: shopImage(version),
    imagePullPolicy: 'Never',
    ports: [{ containerPort: port }],
    readinessProbe: probe,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas, selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: port }] },
    },
  ];
}

/** A route of the gateway that sends requests for a host to a Service of this name. */
export function shopRoute(parent: TestCluster['parent'], name: string, host: string): Manifest {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [parent],
      hostnames: [host],
      rules: [{ backendRefs: [{ name, port: 80 }] }],
    },
  };
}
