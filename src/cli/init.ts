import { InvalidArgumentError, type Command } from 'commander';
import { connectCluster, type ClusterApi } from '../cluster-api.ts';
import { dockerSpec, prometheusAmong, type Draft, type Given } from './init/docker-spec.ts';
import { lookIntoCluster, type InCluster } from './init/in-cluster.ts';
import { inspectAll } from './init/inspected.ts';
import { kubernetesSpec, type Given as GivenInCluster } from './init/kubernetes-spec.ts';
import type { Prometheus } from './init/series.ts';
import { findProxy, sendingTo } from './init/traefik.ts';
import { canvas, print, say } from './terminal.ts';
import { warningLines } from './view/warnings.ts';

/** `coalmine init`: a first spec, from what runs. */
export function initCommand(program: Command): void {
  const init = program
    .command('init')
    .description('Write a first spec for what runs today, to standard output');
  init
    .command('docker')
    .description('Of a container that runs, behind the Traefik that runs beside it')
    .argument('<container>', 'its name')
    .option('--service <name>', 'the name of the service; by default that of the container')
    .option('--port <number>', 'the port on which it answers; by default the one that it exposes', port)
    .action(async (name: string, given: Given) => {
      const { container, others } = await inspectAll(name);
      const proxy = findProxy(others);
      const sending = proxy?.api === null || proxy === null ? null : await sendingTo(container, proxy.api);
      const { text, notes } = dockerSpec(
        { container, proxy, sending, prometheus: prometheusAmong(others) },
        given,
      );
      tell({ text, notes });
    });
  init
    .command('kubernetes')
    .description('Of a Deployment that runs, with the route that sends to it and what Prometheus counts')
    .argument('<deployment>', 'its name')
    .option('--namespace <name>', 'its namespace', 'default')
    .option('--context <name>', 'a context of the kubeconfig; by default its current one')
    .option('--service <name>', 'the name of the service; by default that of the Deployment')
    .option('--container <name>', 'the container that gets the new version; required if there are several')
    .option('--prometheus <url>', 'where Prometheus answers; by default the one of the cluster')
    .action(async (name: string, { prometheus: url, ...given }: GivenInCluster & { prometheus?: string }) => {
      const api = await connectCluster({ context: given.context ?? '', as: null });
      const found = await lookIntoCluster(api, given.namespace, name);
      tell(await kubernetesSpec(found, given, prometheusOf(api, found, url)));
    });
}

function tell({ text, notes }: Draft): void {
  print(text.trimEnd().split('\n'));
  say(warningLines(notes, canvas()));
}

/** The one that is given, else the one of the cluster, which its API server passes questions on to. */
function prometheusOf(
  api: ClusterApi,
  { prometheus }: InCluster,
  url: string | undefined,
): Prometheus | null {
  if (url !== undefined)
    return {
      url,
      get: async (path) =>
        (await fetch(url.replace(/\/$/, '') + path, { signal: AbortSignal.timeout(10_000) })).json(),
    };
  if (prometheus === null) return null;
  const { name, namespace } = prometheus;
  return {
    url: `http://${name}.${namespace}:9090`,
    get: (path) => api.get(`/api/v1/namespaces/${namespace}/services/${name}:9090/proxy${path}`),
  };
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('A port is a whole number from 1 to 65535.');
}
