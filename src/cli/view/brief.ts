import type { Brief } from '../../client.ts';
import type { Canvas } from './canvas.ts';
import { ago } from './duration.ts';
import { nextLines } from './next.ts';
import { outcomeText, phaseText } from './phase.ts';
import { table } from './table.ts';
import { sentence, wrap } from './text.ts';

/** What the server alone knows of a rollout, and why there is no more. */
export function briefLines(brief: Brief, why: string, canvas: Canvas): string[] {
  const { colors, now, width } = canvas;
  const { service, version, phase, weight, running, started } = brief;
  const at = weight === null ? '' : `, canary at ${weight} %`;
  const stand = running ? `Running, begun ${ago(started, now)}${at}` : `Begun ${ago(started, now)}`;
  const advice = running ? ' It goes on as soon as a worker runs: coalmine worker' : '';
  return [
    `${colors.bold(`${service} ${version ?? ''}`.trim())}   ${stateText(brief, colors)}`,
    ...wrap(`${stand}. Known from the server alone (${why}).${advice}`, width - 2).map((line) => `  ${line}`),
    ...(running && phase !== null ? ['', ...nextLines(service, phase, canvas)] : []),
  ];
}

/** Rollouts as a table, one line each. */
export function listLines(briefs: Brief[], { colors, now }: Canvas): string[] {
  const rows = briefs.map(({ service, version, phase, outcome, weight, running, started, ended }) => [
    service,
    version ?? '?',
    outcome ?? (running ? (phase ?? 'no worker yet') : 'failed'),
    weight === null || !running ? '' : `${weight} %`,
    ago(started, now),
    ended === null ? '' : ago(ended, now),
  ]);
  return table(['SERVICE', 'VERSION', 'STATE', 'WEIGHT', 'BEGUN', 'ENDED'], rows, colors);
}

/** One plain line, for logs. */
export function briefChange(brief: Brief, why: string): string {
  const state = brief.phase ?? 'not taken up yet';
  return brief.running
    ? sentence(
        `${state}: known from the server alone (${why}); it goes on as soon as a worker runs: coalmine worker`,
      )
    : sentence(`${brief.outcome ?? 'failed'}: known from the server alone (${why})`);
}

function stateText({ phase, outcome, running }: Brief, colors: Canvas['colors']): string {
  if (outcome !== null) return outcomeText(outcome, colors);
  if (!running) return colors.red('✗ failed');
  return phase === null ? colors.yellow('no worker yet') : phaseText(phase, colors);
}
