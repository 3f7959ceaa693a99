import { InvalidArgumentError, type Command } from 'commander';
import type { ScoreThresholds } from '../judge/kayenta/config.ts';
import { judgeKayenta, type KayentaResult } from '../judge/kayenta/judge-pairs.ts';
import { pairSeries } from '../judge/kayenta/pairs.ts';
import { parseCanaryConfig, type CanaryConfig } from '../spec/kayenta/config.ts';
import { parseSeries } from '../spec/kayenta/series.ts';
import { exitCodes } from './exit-codes.ts';
import { FileError, textOfFile } from './input-file.ts';
import { canvas, print, printJson, say } from './terminal.ts';
import { kayentaResultLines } from './view/kayenta-result.ts';
import { warningLines } from './view/warnings.ts';

interface Options {
  config: string;
  canary: string;
  baseline: string;
  compat?: true;
  pass?: number;
  marginal?: number;
  seed: number;
  json?: true;
}

/** `coalmine judge`: what Kayenta's judge says of two files of measurements. */
export function judgeFilesCommand(program: Command): void {
  program
    .command('judge')
    .description("Run Kayenta's judge on files of measurements; it needs no server and no rollout")
    .requiredOption('--config <file>', "a canary configuration of Kayenta's, in JSON")
    .requiredOption('--canary <file>', "the canary's points by metric, in JSON")
    .requiredOption('--baseline <file>', "the baseline's points by metric, in JSON")
    .option('--compat', "as Kayenta's NetflixACAJudge-v1.0 to the last digit, its traps too")
    .option('--pass <score>', 'the lowest score that passes; by default of the configuration', score)
    .option('--marginal <score>', 'the lowest score that is marginal; by default of the configuration', score)
    .option('--seed <number>', 'of the noise that --compat adds where both arms are constant', seed, 0)
    .option('--json', 'the result in JSON')
    .action(async (options: Options, command: Command) => {
      const config = parseCanaryConfig(
        await textOf(options.config),
        options.config,
        options.compat ? 'compat' : 'strict',
      );
      if (!options.json) say(warningLines(config.ignored, canvas()));
      const thresholds = thresholdsOf(options, config, command);
      const result = await judged(options, config, thresholds);
      if (options.json) printJson({ ...result, thresholds, warnings: config.ignored });
      else print(kayentaResultLines(result, thresholds, canvas()));
      process.exitCode = exitCodeOf(result);
    });
}

async function judged(
  { canary, baseline, compat, seed }: Options,
  { judged }: CanaryConfig,
  thresholds: ScoreThresholds,
): Promise<KayentaResult> {
  const of = parseSeries(await textOf(canary), canary);
  const to = parseSeries(await textOf(baseline), baseline);
  const pairs = judged.metrics.flatMap(({ name }) =>
    pairSeries(name, of.get(name) ?? [], to.get(name) ?? []),
  );
  return judgeKayenta(judged, pairs, { mode: compat ? 'compat' : 'strict', thresholds, seed });
}

function thresholdsOf(
  options: Options,
  { scoreThresholds }: CanaryConfig,
  command: Command,
): ScoreThresholds {
  const pass = options.pass ?? scoreThresholds?.pass;
  const marginal = options.marginal ?? scoreThresholds?.marginal;
  if (pass !== undefined && marginal !== undefined) return { pass, marginal };
  return command.error(
    `${options.config} has no classifier.scoreThresholds. Give both --pass and --marginal.`,
  );
}

function exitCodeOf({ classification }: KayentaResult): number {
  switch (classification) {
    case 'Pass':
      return exitCodes.ok;
    case 'Marginal':
      return exitCodes.marginal;
    case 'Fail':
      return exitCodes.canaryFails;
  }
}

/** Years of minutes of some hundred metrics are far less. */
const mostMebibytes = 64;

function textOf(file: string): Promise<string> {
  return textOfFile(file, {
    what: 'a JSON file',
    most: mostMebibytes * 1024 * 1024,
    tooLarge: () =>
      new FileError(
        `${file} is larger than ${String(mostMebibytes)} MiB. Give fewer points, or fewer metrics at a time.`,
      ),
  });
}

function score(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('A score from 0 to 100 is expected.');
}

function seed(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('A whole number is expected.');
}
