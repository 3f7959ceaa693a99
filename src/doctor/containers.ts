import type { Client } from '@temporalio/client';
import type { Config } from '../config.ts';
import { docker, DockerError } from '../docker-command.ts';
import { serviceOf } from '../domain/surface.ts';
import { shellWord } from '../text/shell-word.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** A container that Coalmine has made to stand beside stable, or to take its place. */
interface Beside {
  name: string;
  service: string;
  version: string;
}

/**
 * Containers that stand beside stable though no rollout of their service goes on: what one has left that was terminated or
 * given up. Nothing where specs may use no socket. The engine is that of the user's `docker` command.
 */
export async function lookAtContainers(
  client: Client,
  { allowSockets }: Pick<Config, 'allowSockets'>,
): Promise<Finding[]> {
  if (allowSockets.length === 0) return [];
  let beside: Beside[];
  try {
    beside = await findBeside();
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return [warning('containers', `nobody can say what earlier rollouts have left: ${error.message}`)];
  }
  const open = new Set<string>();
  if (beside.length > 0)
    for await (const { workflowId } of client.workflow.list({ query: openRollouts }))
      open.add(serviceOf(workflowId));
  const left = new Set(beside.map(({ service }) => service).filter((service) => !open.has(service)));
  return left.size === 0
    ? [ok('containers', 'none is left of a rollout that is over')]
    : [...left].map((service) =>
        leftFinding(
          service,
          beside.filter((one) => one.service === service),
        ),
      );
}

const openRollouts = 'WorkflowType = "rollout" AND ExecutionStatus = "Running"';

/** What becomes stable has that in its name until it is. */
async function findBeside(): Promise<Beside[]> {
  const format =
    '{{.Names}}\t{{.Label "coalmine.role"}}\t{{.Label "coalmine.service"}}\t{{.Label "coalmine.version"}}';
  const text = await docker(['ps', '--all', '--filter', 'label=coalmine.service', '--format', format]);
  return text.split('\n').flatMap((line) => {
    const [name = '', role = '', service = '', version = ''] = line.split('\t');
    const stands = role === 'canary' || role === 'baseline' || name.endsWith('.coalmine-next');
    return stands ? [{ name, service, version }] : [];
  });
}

function leftFinding(service: string, containers: readonly Beside[]): Finding {
  const names = containers.map(({ name }) => name);
  const versions = [...new Set(containers.map(({ version }) => version))].join(', ');
  return problem(
    'containers',
    `${service}: ${names.join(', ')} (${versions}) is left of a rollout that is over, and may get traffic`,
    `coalmine start FILE: the next rollout of ${service} takes that back before it begins`,
    `or, once no proxy sends there any more: docker rm --force --volumes ${names.map(shellWord).join(' ')}`,
  );
}
