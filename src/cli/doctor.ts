import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { examineCluster, type ClusterPlace } from '../doctor/cluster.ts';
import { examine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { clusterAdapters } from '../domain/rights.ts';
import { count } from '../text/number.ts';
import { visibleIn } from '../text/visible.ts';
import { exitCodes } from './exit-codes.ts';
import { FileError } from './input-file.ts';
import { readSpec } from './spec-file.ts';
import { canvas, print, printJson } from './terminal.ts';
import type { Canvas } from './view/canvas.ts';
import { wrap } from './view/text.ts';

/** `coalmine doctor`: whether all is there that rollouts need, and what mends it. */
export function doctorCommand(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('Look whether all is there that rollouts need, and say what mends it; changes nothing')
    .option('--json', 'one JSON object per finding, one a line')
    .action((options: Output) => report(examine(readConfig()), options));
  doctor
    .command('kubernetes')
    .description('Check that a cluster has what releases to it need: resources, and the rights of the worker')
    .argument('[file]', "a rollout's YAML file: checks where it releases to, by what it uses")
    .option(
      '--context <name>',
      'a context of the kubeconfig; by default the one that a worker here would use',
    )
    .option('--namespace <name>', 'the namespace to release to: default, unless it is said')
    .option('--release <version>', 'of the file, which may then leave it out')
    .option('--as <user>', 'check the rights of another user: system:serviceaccount:NAMESPACE:NAME')
    .option('--json', 'one JSON object per finding, one a line')
    .action(async (file: string | undefined, options: Output & ClusterOptions) => {
      const places = file === undefined ? [placeOf(options)] : await placesOf(file, options);
      await report(examineAll(places), options);
    });
}

interface Output {
  json?: true;
}

interface ClusterOptions {
  context?: string;
  namespace?: string;
  as?: string;
  release?: string;
}

/** By every adapter. */
function placeOf({ context = '', namespace = 'default', as }: ClusterOptions): ClusterPlace {
  return { context, namespace, as: as ?? null, adapters: clusterAdapters };
}

/** Each namespace that the rollout of a spec uses, with the adapters that use it. */
async function placesOf(file: string, { as, release }: ClusterOptions): Promise<ClusterPlace[]> {
  const { plan } = await readSpec(file, release);
  const places: ClusterPlace[] = [];
  for (const part of [plan.target, plan.traffic]) {
    const adapter = clusterAdapters.find((type) => type === part?.type);
    if (adapter === undefined || part === undefined || !('namespace' in part)) continue;
    const { context = '', namespace } = part;
    const known = places.findIndex((one) => one.context === context && one.namespace === namespace);
    const place = places[known] ?? { context, namespace, as: as ?? null, adapters: [] };
    places.splice(known < 0 ? places.length : known, 1, { ...place, adapters: [...place.adapters, adapter] });
  }
  if (places.length > 0) return places;
  throw new FileError(`${file} uses no Kubernetes cluster: neither target nor traffic is of one.`);
}

async function* examineAll(places: readonly ClusterPlace[]): AsyncGenerator<Finding> {
  for (const place of places) yield* examineCluster(place);
}

async function report(findings: AsyncIterable<Finding>, { json }: Output): Promise<void> {
  const found = { problem: 0, warning: 0, ok: 0 };
  for await (const finding of findings) {
    found[finding.state] += 1;
    if (json) printJson(finding);
    else print(findingLines(finding, canvas()));
  }
  if (!json) print(['', closing(found)]);
  if (found.problem > 0) process.exitCode = exitCodes.problems;
}

function closing({ problem, warning }: { problem: number; warning: number }): string {
  if (problem + warning === 0) return 'All is well.';
  return `${count(problem, 'problem')}, ${count(warning, 'warning')}.`;
}

const signs = { ok: '✓', warning: '!', problem: '✗' } as const;
const indent = 16;

function findingLines(finding: Finding, { colors, width }: Canvas): string[] {
  const { about, state, text, mend } = visibleIn(finding);
  const colour = { ok: colors.green, warning: colors.yellow, problem: colors.red }[state];
  const [first = '', ...rest] = wrap(text, width - indent);
  return [
    `${colour(signs[state])} ${about.padEnd(indent - 3)} ${first}`,
    ...rest.map((line) => ' '.repeat(indent) + line),
    ...mend.map((line) => `${' '.repeat(indent)}${colors.cyan('→')} ${line}`),
  ];
}
