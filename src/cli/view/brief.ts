import { unpauseCommand, type Brief } from '../../client.ts';
import { visible, visibleIn } from '../../text/visible.ts';
import type { Canvas } from './canvas.ts';
import { ago } from './ago.ts';
import { nextLines } from './next.ts';
import { outcomeText, phaseText } from './phase.ts';
import { indent, rows } from './row.ts';
import { table } from './table.ts';
import { cut, hanging, sentence } from './text.ts';

/** What the server alone knows of a rollout, and why there is no more. */
export function briefLines(given: Brief, why: string, canvas: Canvas): string[] {
  const brief = visibleIn(given);
  const { colors, width } = canvas;
  const { service, version } = brief;
  return [
    `${colors.bold(`${cut(service, width / 2)} ${cut(version ?? '', width / 3)}`.trim())}   ${stateText(brief, colors)}`,
    ...hanging(stand(brief, why, canvas), width - 2).map((line) => `  ${line}`),
    ...choices(brief, canvas),
  ];
}

function stand(brief: Brief, why: string, { now }: Canvas): string {
  const { phase, weight, running, pausedInTemporal, started } = brief;
  const begun = ago(started, now);
  const at = weight === null ? '' : `, canary at ${weight}%`;
  if (!running) return `Started ${begun}. ${fromServer(why)}`;
  if (pausedInTemporal === null) return `Running, started ${begun}${at}. ${fromServer(why)}`;
  const { since } = pausedInTemporal;
  return `${sentence(`${why}${since === null ? '' : ` (${ago(since, now)})`}`)} Started ${begun}, ${phase ?? 'not taken up by a worker yet'}${at}. ${pausedMeans}`;
}

function fromServer(why: string): string {
  return `Known from the server alone (${why}).`;
}

const pausedMeans =
  'Until it is unpaused in Temporal the canary keeps its traffic, nobody judges it, and abort and every other message waits.';

function choices({ rollout, service, phase, running, pausedInTemporal }: Brief, canvas: Canvas): string[] {
  if (pausedInTemporal !== null)
    return ['', ...rows('next', [cut(unpauseCommand(rollout), canvas.width - indent)], canvas.colors)];
  return running && phase !== null ? ['', ...nextLines(service, phase, canvas)] : [];
}

/** Rollouts as a table, one line each. */
export function listLines(briefs: Brief[], { colors, now, width }: Canvas): string[] {
  const rows = briefs.map((brief) => [
    cut(brief.service, width / 3),
    cut(brief.version ?? '?', width / 4),
    stateWords(brief),
    brief.weight === null || !brief.running ? '' : `${brief.weight}%`,
    ago(brief.started, now),
    brief.ended === null ? '' : ago(brief.ended, now),
  ]);
  return table(['SERVICE', 'VERSION', 'STATE', 'WEIGHT', 'BEGUN', 'ENDED'], rows, colors, width);
}

/** One plain line, for logs. */
export function briefChange(brief: Brief, why: string): string {
  return visible(changeText(brief, why));
}

function changeText(brief: Brief, why: string): string {
  const { rollout, phase, running, pausedInTemporal } = brief;
  if (pausedInTemporal !== null)
    return `${phase ?? 'not taken up yet'}: ${why}; abort and every other message waits until: ${unpauseCommand(rollout)}`;
  const known = `${stateWords(brief)}: known from the server alone (${why})`;
  return running ? known : sentence(known);
}

/** What a rollout is doing, or how it ended, as far as the server knows: never that it failed unless it did. */
function stateWords({ phase, outcome, running, state, pausedInTemporal }: Brief): string {
  if (pausedInTemporal !== null) return 'paused in Temporal';
  if (!running) return outcome ?? state;
  return state === 'unknown' ? 'unknown state' : (phase ?? 'no worker yet');
}

function stateText(brief: Brief, colors: Canvas['colors']): string {
  const { phase, outcome, running, state } = brief;
  const words = stateWords(brief);
  if (outcome !== null) return outcomeText(outcome, colors);
  if (!running) return colors.red(state === 'completed' ? words : `✗ ${words}`);
  return state === 'running' && phase !== null ? phaseText(phase, colors) : colors.yellow(words);
}
