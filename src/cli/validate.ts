import type { Command } from 'commander';
import { withNoise } from '../judge/criteria.ts';
import { forecastOf } from '../domain/forecast/forecast.ts';
import type { RolloutSpec } from '../spec/schema.ts';
import { ignoredIn } from '../spec/kayenta/ignored.ts';
import { exitCodes } from './exit-codes.ts';
import { withSession } from './session.ts';
import { readSpec } from './spec-file.ts';
import { canvas, print, printJson } from './terminal.ts';
import { forecastLines } from './view/forecast.ts';
import { planLines } from './view/plan.ts';
import { screeningLines } from './view/screening.ts';
import { noiseOf, isProblem, surveyLines, usualOf } from './view/survey.ts';
import { warningLines } from './view/warnings.ts';

interface Options {
  release?: string;
  live?: true;
  json?: true;
}

/** `coalmine validate`: whether a file would be accepted, and what would be done; with `--live`, what it would measure. */
export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('Check a file without starting anything, and show the plan')
    .argument('<file>', "a rollout's YAML file")
    .option('--release <version>', 'the version to release; the file may then leave it out')
    .option('--live', 'have a worker run every query once, and say what could be found with what it got')
    .option('--json', 'the completed plan in JSON; with --live what was measured too')
    .action(async (file: string, options: Options) => {
      const { spec, plan } = await readSpec(file, options.release);
      const next = `coalmine start ${file}${options.release === undefined ? '' : ` --release ${options.release}`}`;
      if (options.live) await validateLive(spec, next, options);
      else if (options.json) printJson(plan);
      else
        print([
          ...planLines(plan, canvas()),
          '',
          ...ignoredLines(spec),
          ...screeningLines(plan, file, canvas()),
          `ok. Next: ${next}`,
        ]);
    });
}

/** What the spec says and nothing looks at. */
function ignoredLines({ judge }: RolloutSpec): string[] {
  if (typeof judge !== 'object' || judge.type !== 'kayenta') return [];
  const lines = warningLines(
    ignoredIn(judge.config).map((sentence) => `judge.config.${sentence}`),
    canvas(),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

async function validateLive(spec: RolloutSpec, next: string, { json }: Options): Promise<void> {
  const survey = await withSession(({ rollouts }) => rollouts.validate(spec));
  const problems = survey.metrics.filter(isProblem).length;
  process.exitCode = problems === 0 ? exitCodes.ok : exitCodes.problems;
  if (json) {
    printJson(survey);
    return;
  }
  const measured = new Set(survey.metrics.filter((metric) => !isProblem(metric)).map(({ name }) => name));
  const metrics = survey.plan.metrics.filter(({ name }) => measured.has(name));
  const plan = { ...survey.plan, metrics: withNoise(metrics, noiseOf(survey)) };
  const usual = usualOf(survey);
  print([
    ...surveyLines(survey, canvas()),
    '',
    ...(usual === null
      ? []
      : [
          ...forecastLines(
            plan,
            usual,
            forecastOf(plan, usual, { times: [1.5, 2, 3, 10], seed: 1 }),
            canvas(),
          ),
          '',
        ]),
    problems === 0
      ? `ok. Next: ${next}`
      : `${String(problems)} of the metrics cannot be measured: see above.`,
  ]);
}
