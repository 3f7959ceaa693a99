import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { everything, fullRuns, quickRuns, ruleNames, type Asked, type Only } from './settings.ts';

/** What was asked for on the command line. */
export interface Options extends Asked {
  /** Where the traces are. */
  directory: string;
  /** Names of the traces that are wanted; null: all. */
  traces: readonly string[] | null;
  only: Only;
  threads: number;
  /** Milliseconds after which no more work is begun. */
  limit: number;
  out: string | null;
}

export const usage = `npm run bench:traces -- DIRECTORY [options]

  DIRECTORY         where the traces are: *.csv and *.csv.gz, as bench/traces/README.md says
  --quick           ${quickRuns} runs of each trace: a look, with wide intervals
  --runs N          runs without harm of each trace and setting, half as many of each harm (default: ${fullRuns})
  --hours N         of one run: 1 to 168 (default: 24, or a third of a trace that is shorter than three days)
  --weight N        the canary's share of the traffic, in per cent: 1 to 50 (default: 5)
  --seed N          draws other runs (default: 1)
  --traces LIST     some traces only
  --settings LIST   some settings only: ${everything.settings.join(', ')}
  --harms LIST      some harms only: ${everything.harms.join(', ')}
  --rules LIST      some rules only: ${ruleNames.join(', ')}
  --minutes N       stops after so long, with what is measured by then (default: 60)
  --threads N       the results do not depend on it (default: one for each core)
  --out DIRECTORY   where results are written (default: bench/results)
  --help            says this`;

/** @throws Error that says what was found and what is allowed */
export function optionsOf(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      runs: { type: 'string' },
      hours: { type: 'string' },
      weight: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      traces: { type: 'string' },
      settings: { type: 'string' },
      harms: { type: 'string' },
      rules: { type: 'string' },
      minutes: { type: 'string', default: '60' },
      threads: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0)
    throw new Error(`expected one directory of traces, found ${positionals.length}`);
  return {
    directory,
    traces: values.traces?.split(',') ?? null,
    only: {
      settings: someOf('--settings', everything.settings, values.settings),
      harms: someOf('--harms', everything.harms, values.harms),
    },
    rules: someOf('--rules', ruleNames, values.rules),
    seed: whole('--seed', values.seed, 1, Number.MAX_SAFE_INTEGER),
    runs: whole('--runs', values.runs ?? String(values.quick ? quickRuns : fullRuns), 2, 10_000),
    hours: values.hours === undefined ? null : whole('--hours', values.hours, 1, 168),
    weight: whole('--weight', values.weight, 1, 50) / 100,
    limit: whole('--minutes', values.minutes, 1, 1440) * 60_000,
    threads: whole('--threads', values.threads ?? String(availableParallelism()), 1, 64),
    out: values.out ?? null,
  };
}

function someOf<Name extends string>(
  option: string,
  known: readonly Name[],
  text: string | undefined,
): readonly Name[] {
  if (text === undefined) return known;
  return text.split(',').map((asked) => {
    const found = known.find((name) => name === asked);
    if (found === undefined) throw new Error(`${option}: there is no ${asked}, only ${known.join(', ')}`);
    return found;
  });
}

function whole(option: string, text: string, from: number, to: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= from && number <= to) return number;
  throw new Error(`${option}: found "${text}", expected a whole number from ${from} to ${to}`);
}
