import { number, percent } from '../../src/text/number.ts';
import type { Run } from './run.ts';

/** How the rollouts were watched: looks that gave nothing, how far verdicts trail, and what histories grew to. */
export function watchingLines(runs: readonly Run[]): string[] {
  const all = runs.map(({ watched }) => watched);
  const ticks = sum(all.map((one) => one.ticks));
  const chapters = sum(all.map((one) => one.chapters));
  const bytes = all.map((one) => one.bytes);
  const events = all.map((one) => one.events);
  const trailing = all.flatMap((one) => one.trailing);
  const unwatched = all.flatMap((one) => one.unwatched);
  const silent = Object.entries(silenceOf(runs)).sort(([, a], [, b]) => b - a);
  return [
    `- looks: ${number(ticks)}, of which ${number(silentTicks(runs))} (${percent(silentTicks(runs) / ticks)}) could not be read`,
    ...silent.slice(0, 10).map(([why, count]) => `  - ${number(count)}: ${why}`),
    `- between chapters, stretches that nobody watched: ${unwatched.length}, ${number(sum(unwatched) / 1000)} s of the clock in all`,
    `- a chapter's result was recorded ${seconds(trailing, 0.5)} s (p99 ${seconds(trailing, 0.99)} s) of the clock after its last tick's end; 2 s are the two scrapes it waits for`,
    `- history of a rollout: median ${number(quantile(events, 0.5))} events and ${number(quantile(bytes, 0.5))} bytes, at most ${number(Math.max(...events))} and ${number(Math.max(...bytes))}`,
    `- … by chapter, of ${number(Math.round((10 * ticks) / chapters) / 10)} ticks on average: ${number(Math.round(sum(events) / chapters))} events and ${number(Math.round(sum(bytes) / chapters))} bytes, all else that is in it included`,
  ];
}

/** Looks that a source gave nothing for. */
export function silentTicks(runs: readonly Run[]): number {
  return sum(Object.values(silenceOf(runs)));
}

function silenceOf(runs: readonly Run[]): Record<string, number> {
  const silent: Record<string, number> = {};
  for (const [why, count] of runs.flatMap(({ watched }) => Object.entries(watched.silent))) {
    silent[why] = (silent[why] ?? 0) + count;
  }
  return silent;
}

function seconds(ms: readonly number[], part: number): string {
  return (quantile(ms, part) / 1000).toFixed(1);
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(part * values.length) - 1] ?? NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((so, value) => so + value, 0);
}
