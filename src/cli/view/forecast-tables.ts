import { number } from '../../text/number.ts';
import type { CleanForecast, StepForecast } from '../../domain/forecast/clean.ts';
import type { HarmForecast } from '../../domain/forecast/forecast.ts';
import type { Spread } from '../../domain/forecast/spread.ts';
import { stepLabel } from '../../domain/steps.ts';
import type { Plan } from '../../spec/schema.ts';
import type { Colors } from './canvas.ts';
import { duration } from '../../text/duration.ts';
import { table } from './table.ts';
import { cut } from './text.ts';

/** When a clean release goes on, how many of its requests are the canary's, and why it goes on. */
export function cleanTable(plan: Plan, clean: CleanForecast, colors: Colors): string[] {
  const steps = clean.steps.map((step) => [
    numbered(plan, step.at),
    ...figures(step.time, step.requests),
    ends(step),
  ]);
  const { promoted, takenBack, held, runs } = clean;
  const all = `${wholePercent(promoted)} promoted, ${wholePercent(takenBack)} taken back wrongly, ${wholePercent(held)} held`;
  return table(
    ['CLEAN RELEASE', 'GOES ON', 'P90', 'REQUESTS', 'P90', 'HOW'],
    [...steps, ['all steps', ...figures(clean.time, clean.requests), `${all} (of ${number(runs)})`]],
    colors,
  );
}

function ends({ reached, passed, bakeOver, takenBack, held, silent }: StepForecast): string {
  if (reached === 0) return 'never reached';
  const parts: [share: number, what: string][] = [
    [passed, 'pass'],
    [bakeOver, 'go on without a pass'],
    [takenBack, 'taken back'],
    [held, silent > 0 ? 'held, for want of a signal' : 'held'],
  ];
  return parts
    .filter(([share]) => share > 0)
    .map(([share, what]) => `${wholePercent(share)} ${what}`)
    .join(', ');
}

/** When a worse release is taken back, how many requests it has had by then, and at which step. */
export function harmTable(
  plan: Plan,
  harms: readonly HarmForecast[],
  { steps }: CleanForecast,
  colors: Colors,
): string[] {
  const places = steps.map(({ at }) => numbered(plan, at));
  const shown = places.length <= mostColumns;
  const rows = harms.map(({ metrics, times, takenBack, time, requests, bySteps }) => [
    `${number(times)} × ${cut(metrics.join(' and '), 30)}`,
    wholePercent(takenBack),
    ...figures(time, requests),
    bySteps.map(spark).join(''),
    ...(shown ? bySteps.map(wholePercent) : []),
  ]);
  const headings = ['WORSE FROM THE START', 'FOUND', 'AFTER', 'P90', 'EXPOSED', 'P90', 'BY'];
  return table([...headings, ...(shown ? steps.map(({ at }) => `STEP ${at + 1}`) : [])], rows, colors);
}

/** More steps than these would make lines too long. */
const mostColumns = 5;

function figures(time: Spread, requests: Spread): string[] {
  const cell = (value: number | null, show: (value: number) => string): string =>
    value === null ? '-' : show(value);
  const whole = (value: number): string => number(Math.round(value));
  return [
    cell(time.median, duration),
    cell(time.p90, duration),
    cell(requests.median, whole),
    cell(requests.p90, whole),
  ];
}

/** `2 (5%)`: the step's number and what it is. */
export function numbered({ steps }: Plan, at: number): string {
  const step = steps[at];
  return step === undefined ? String(at + 1) : `${at + 1} (${cut(stepLabel(step), 24)})`;
}

/** Shares of some hundred simulations: no more digits than they are good for. */
export function wholePercent(share: number): string {
  const rounded = Math.round(share * 100);
  if (share > 0 && rounded === 0) return 'under 1%';
  return share < 1 && rounded === 100 ? 'over 99%' : `${rounded}%`;
}

const heights = '▁▂▃▄▅▆▇█';

function spark(share: number): string {
  return heights[Math.min(heights.length - 1, Math.floor(share * heights.length))] ?? '';
}
