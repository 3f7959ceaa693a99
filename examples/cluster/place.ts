/** Where the node is: its files and its addresses on this machine. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Everything that a running node writes, and what finds it again. Removed with it. */
export const folder = join(tmpdir(), 'coalmine-node');

export const kubeconfig = join(folder, 'kubeconfig');

/** Of the cluster and of the context in the kubeconfig, and the name of the node in the cluster. */
export const name = 'coalmine-node';

/** A network of its own, which this machine reaches by one route. */
export const network = {
  route: '10.213.0.0/16',
  host: '10.213.0.1',
  node: '10.213.0.2',
  link: 30,
  pods: '10.213.64.0/18',
  services: '10.213.128.0/18',
  /** The API server's, the first of the services. */
  api: '10.213.128.1',
};

export const addresses = {
  api: `https://${network.node}:6443`,
  /** Where requests to routes of the gateway go; what they name as host decides on the route. */
  gateway: `http://${network.node}:8000`,
  gatewayMetrics: `http://${network.node}:8082/metrics`,
  prometheus: `http://${network.node}:9090`,
};

/** The Gateway that routes name as their parent; it takes them from every namespace. Its class is `traefik`. */
export const gateway = { namespace: 'gateway', name: 'web' };
