import type { Survey } from '../../client.ts';
import type { MetricNoise } from '../../judge/compared/comparing.ts';
import { isLimited } from '../../judge/limited/limit.ts';
import { number, percent } from '../../text/number.ts';
import type { Usual } from '../../domain/forecast/plan.ts';
import type { Reading } from '../../judge/samples.ts';
import { visibleIn } from '../../text/visible.ts';
import type { Canvas } from './canvas.ts';
import { table } from './table.ts';
import { cut, wrap } from './text.ts';

type Surveyed = Survey['metrics'][number];

/** Stable runs, so what cannot be measured of it is a problem; a canary need not be there before a release. */
export function isProblem({ stable }: Surveyed): boolean {
  return 'missing' in stable;
}

/** What each metric got of both tracks, and what stable's past says. */
export function surveyLines(survey: Survey, { width, colors }: Canvas): string[] {
  const { plan, metrics } = visibleIn(survey);
  const rows = metrics.flatMap(({ name, over, canary, stable }) => [
    [name, 'stable', readingText(stable), anHour(stable, over)],
    ['', 'canary', readingText(canary), anHour(canary, over)],
  ]);
  const doubts = metrics.flatMap((metric) => doubtsOf(metric).map((text) => wrap(text, width)));
  const notes = metrics.flatMap(({ name, note }) =>
    note === undefined ? [] : [wrap(`${name}: ${note}`, width)],
  );
  const usual = metrics.flatMap((metric) => usualLines(metric, plan).map((text) => wrap(text, width)));
  return [
    `${colors.bold(`${cut(plan.service, width / 2)} ${cut(plan.version, width / 3)}`)}   measured by a worker just now`,
    ...table(['METRIC', 'TRACK', 'FOUND', 'AN HOUR'], rows, colors).map((line) => `  ${line}`),
    ...section('What was not measured', doubts, colors.dim),
    ...section('How it is measured', notes, colors.dim),
    ...section("What is usual, by a day of stable's past", usual, colors.dim),
  ];
}

function section(title: string, paragraphs: string[][], dim: (text: string) => string): string[] {
  return paragraphs.length === 0 ? [] : ['', dim(title), ...paragraphs.flat().map((line) => `  ${line}`)];
}

function doubtsOf({ name, canary, stable }: Surveyed): string[] {
  if ('missing' in stable) return [`${name}: ${stable.missing}`];
  if (!('missing' in canary)) return [];
  return [`${name}, canary: ${canary.missing} (to be expected while no canary runs)`];
}

/** What the past says of a metric; where it says nothing, what that means for the rollout. */
function usualLines({ name, calibration }: Surveyed, { metrics }: Survey['plan']): string[] {
  if (calibration === null) return [];
  if (calibration.noise !== null) return [`${name}: ${calibration.said}`];
  return metrics
    .filter((metric) => metric.name === name)
    .map((metric) => `${name}: ${calibration.said}; while its noise is not known, ${withoutNoise(metric)}`);
}

function withoutNoise(metric: Survey['plan']['metrics'][number]): string {
  if (metric.kind === 'gauge') return 'it stays inconclusive (set noise.sd)';
  return isLimited(metric)
    ? 'events that come in batches count as more evidence than they are, until its ticks show it (set noise)'
    : 'harm is found late or not at all where errors come in bursts (set noise)';
}

function readingText(reading: Reading): string {
  if ('missing' in reading) return 'nothing';
  if ('status' in reading) return `"${cut(reading.status, 40)}"`;
  if ('value' in reading) return number(reading.value);
  if ('events' in reading) {
    const { events, total } = reading;
    return `${number(events)} of ${number(total)}${total === 0 ? '' : ` (${percent(events / total)})`}`;
  }
  return `${number(reading.total)} requests in ${number(reading.bounds.length)} buckets`;
}

function anHour(reading: Reading, over: number): string {
  const hours = over / 3_600_000;
  if ('events' in reading)
    return `${number(Math.round(reading.events / hours))} of ${number(Math.round(reading.total / hours))}`;
  return 'below' in reading ? number(Math.round(reading.total / hours)) : '';
}

/** What the past says, for the simulation. */
export function noiseOf({ metrics }: Survey): Record<string, MetricNoise> {
  return Object.fromEntries(
    metrics.flatMap(({ name, calibration }) =>
      calibration === null || calibration.noise === null ? [] : [[name, calibration.noise]],
    ),
  );
}

/** What is usual, as far as it was measured; null without any traffic. Where no event was seen, half of one is taken. */
export function usualOf({ metrics }: Survey): Usual | null {
  const rates: Usual['rates'] = {};
  const means: Usual['means'] = {};
  let rps = 0;
  for (const { name, over, stable } of metrics) {
    if ('total' in stable) rps = Math.max(rps, (stable.total / over) * 1000);
    if ('events' in stable && stable.total > 0) {
      rates[name] = Math.min(0.999, Math.max(0.5, stable.events) / stable.total);
    }
    if ('value' in stable && stable.value > 0) means[name] = stable.value;
  }
  return rps === 0 ? null : { rps, rates, means };
}
