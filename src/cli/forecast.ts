import { InvalidArgumentError, type Command } from 'commander';
import { forecastOf } from '../domain/forecast/forecast.ts';
import { sorted, type Usual } from '../domain/forecast/plan.ts';
import { judgesTest } from '../domain/sources.ts';
import type { Plan } from '../spec/schema.ts';
import { share } from '../spec/values.ts';
import { exitCodes } from './exit-codes.ts';
import { readSpec } from './spec-file.ts';
import { canvas, print, printJson } from './terminal.ts';
import { forecastLines } from './view/forecast.ts';

interface Options {
  rps: number;
  errorRate?: number;
  rate: Record<string, number>;
  mean: Record<string, number>;
  effect?: number[];
  seed: number;
  release?: string;
  json?: true;
}

/** `coalmine forecast`: what rollouts of a file would find and how long they would take, from simulation. */
export function forecastCommand(program: Command): void {
  program
    .command('forecast')
    .description('Simulate what a file would find and how long it would take, without starting anything')
    .argument('<file>', "a rollout's YAML file")
    .requiredOption('--rps <number>', 'requests a second, of stable and canary together', positive)
    .option('--error-rate <share>', 'how much of them is counted while nothing is wrong, such as 0.5%', event)
    .option('--rate <metric=share>', 'the same of one metric; may be given several times', named(event), {})
    .option('--mean <metric=number>', "a gauge's usual mean; may be given several times", named(positive), {})
    .option('--effect <times>', 'so many times as many errors; may be given several times', effect)
    .option('--seed <number>', 'of the simulation', seed, 1)
    .option('--release <version>', 'the version to release; the file may then leave it out')
    .option('--json', 'the result in JSON')
    .action(async (file: string, options: Options, command: Command) => {
      const { plan } = await readSpec(file, options.release);
      const usual = usualOf(plan, options, command);
      const progress = progressOn(process.stderr);
      const forecast = forecastOf(plan, usual, {
        times: options.effect ?? [1.5, 2, 3, 10],
        seed: options.seed,
        onProgress: progress.show,
      });
      progress.clear();
      const { service, version } = plan;
      if (options.json) printJson({ service, version, usual, seed: options.seed, ...forecast });
      else print(forecastLines(plan, usual, forecast, canvas()));
      process.exitCode = forecast.hopeless ? exitCodes.hopeless : exitCodes.ok;
    });
}

function usualOf(plan: Plan, { rps, errorRate, rate, mean }: Options, command: Command): Usual {
  const names = (kind: string): string[] =>
    sorted(plan, { rps, rates: rate, means: mean })
      .simulated.filter((metric) => metric.kind === kind)
      .map(({ name }) => name);
  const ofLoad = plan.metrics.filter((metric) => metric.kind === 'rate' && judgesTest(metric));
  const slow = plan.metrics.filter((metric) => metric.kind === 'latency' && metric.max !== undefined);
  const others = [...ofLoad, ...slow].map(({ name }) => name);
  refuseUnknown('--rate', Object.keys(rate), [...new Set([...names('rate'), ...others])], command);
  refuseUnknown('--mean', Object.keys(mean), names('gauge'), command);
  const rates = names('rate').map((name) => {
    const known = Object.hasOwn(rate, name) ? rate[name] : errorRate;
    if (known !== undefined) return [name, known] as const;
    return command.error(
      `What share metric ${name} counts while nothing is wrong is not known. Give --error-rate 0.5%, or --rate ${name}=0.5%.`,
    );
  });
  // What nothing is known of is left out of the forecast.
  const known = errorRate === undefined ? [] : ofLoad.map(({ name }) => [name, errorRate] as const);
  return { rps, rates: { ...Object.fromEntries([...known, ...rates]), ...rate }, means: mean };
}

function refuseUnknown(option: string, given: string[], known: string[], command: Command): void {
  const wrong = given.find((name) => !known.includes(name));
  if (wrong === undefined) return;
  const there = known.length === 0 ? 'it has none that this is for' : `there is ${known.join(', ')}`;
  command.error(`${option} ${wrong}: the file has no such metric that decides a bake; ${there}.`);
}

/** One line that is drawn over and over, where a person looks on. */
function progressOn(out: NodeJS.WriteStream): { show: (done: number) => void; clear: () => void } {
  const draw = (text: string): void => {
    if (out.isTTY) out.write(`\r\u001B[K${text}`);
  };
  return {
    show: (done) => {
      draw(`Simulating … ${Math.round(done * 100)}%`);
    },
    clear: () => {
      draw('');
    },
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1e9) return value;
  throw new InvalidArgumentError('A number above 0 and at most 1000000000 is expected.');
}

function event(text: string): number {
  const { data } = share.safeParse(text.endsWith('%') ? text : text.trim() === '' ? text : Number(text));
  if (data !== undefined && data > 0 && data < 1) return data;
  throw new InvalidArgumentError('A share above 0 and below 1, such as 0.5% or 0.005, is expected.');
}

function named(read: (text: string) => number) {
  return (text: string, before: Record<string, number>): Record<string, number> => {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new InvalidArgumentError("A metric's name, = and its value are expected.");
    }
    return { ...before, [name]: read(value) };
  };
}

function effect(text: string, before: number[] = []): number[] {
  const value = Number(text);
  if (text.trim() !== '' && value > 1 && value <= 1000) return [...before, value];
  throw new InvalidArgumentError('A number above 1 and at most 1000, such as 3, is expected.');
}

function seed(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('A whole number is expected.');
}
