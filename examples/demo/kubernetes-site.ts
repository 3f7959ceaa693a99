import { fileURLToPath } from 'node:url';
import { buildPrograms } from '../cluster/build.ts';
import { importImages, nodeFiles } from '../cluster/images.ts';
import { lacking, Node } from '../cluster/node.ts';
import { addresses, gateway, kubeconfig } from '../cluster/place.ts';
import type { Page } from './page.ts';
import { stableVersion, type Ends, type Site } from './site.ts';

const namespace = 'bakery';
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/**
 * Starts the bakery as a Deployment behind a gateway, on a Kubernetes node of this machine. The node is started if it does not
 * run, and then ends with the demo.
 *
 * @throws Error if no node can run here
 */
export async function kubernetesSite(page: Page, ends: Ends): Promise<Site> {
  const reason = await lacking();
  if (reason !== null) throw new Error(`${reason} Without Kubernetes: npm run demo`);
  page.live('kubernetes', 'Starting a node; building its programs takes ten minutes the first time');
  const node = new Node(await buildPrograms());
  if (!(await node.isOpen())) ends.push(() => node.down());
  await node.up();
  page.event('kubernetes', `a node at ${addresses.api}, kubeconfig ${kubeconfig}`);
  page.live('images', 'Making those of the bakery');
  await importBakery([stableVersion, '14.1.1', '14.1.1-htm']);
  await removeBakery(node);
  ends.push(() => removeBakery(node));
  await node.kubectl('create', 'namespace', namespace);
  await node.apply(namespace, manifests);
  await node.kubectl('rollout', 'status', 'deployment/bakery', '-n', namespace, '--timeout=120s');
  await node.kubectl(
    ...['wait', 'httproute/bakery', '-n', namespace, '--timeout=60s'],
    `--for=jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True`,
  );
  return {
    front: addresses.gateway,
    about: `${stableVersion} serves at ${addresses.gateway}, a Deployment of two pods behind Traefik`,
    scraped: { name: 'Traefik', url: new URL(addresses.gatewayMetrics).origin },
    spec: 'rollout-kubernetes.yaml',
    places: { 'http://gateway.example': addresses.gateway },
    environment: {
      KUBECONFIG: kubeconfig,
      COALMINE_ALLOW_NAMESPACES: namespace,
      COALMINE_ALLOW_HOSTS: `loopback,${new URL(addresses.gateway).host}`,
    },
  };
}

async function importBakery(versions: readonly string[]): Promise<void> {
  const files = {
    ...(await nodeFiles()),
    '/bakery.mjs': path('../docker/bakery.js'),
    '/site': path('../platform/site'),
  };
  const images = versions.map((version) => ({
    name: `docker.io/library/bakery:${version}`,
    command: ['/usr/local/bin/node', '/bakery.mjs'],
    env: { VERSION: version },
    labels: { 'org.opencontainers.image.version': version },
  }));
  await importImages(files, images);
}

async function removeBakery(node: Node): Promise<void> {
  await node.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=60s');
}

const labels = { app: 'bakery' };
const port = 8080;
const manifests = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bakery' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'bakery',
              image: `bakery:${stableVersion}`,
              imagePullPolicy: 'Never',
              ports: [{ containerPort: port }],
              readinessProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 1, timeoutSeconds: 5 },
              resources: { requests: { cpu: '250m', memory: '64Mi' } },
              // Until the gateway knows that the pod is going, requests still come.
              lifecycle: { preStop: { sleep: { seconds: 3 } } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'bakery' },
    spec: { selector: labels, ports: [{ port: 80, targetPort: port }] },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'bakery' },
    spec: { parentRefs: [gateway], rules: [{ backendRefs: [{ name: 'bakery', port: 80 }] }] },
  },
];
