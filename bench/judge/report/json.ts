import type { Cells } from '../cells.ts';
import type { ForecastError } from '../forecast-error.ts';
import type { RunFacts } from './run-facts.ts';

/** Settings and figures of each cell, to four digits. What most runs did not come to is null. */
export function resultsJson(cells: Cells, forecasts: readonly ForecastError[], facts: RunFacts): string {
  const figures = cells.all.map(({ outcomes: _, ...cell }) => ({ ...cell, on: cell.on ?? facts.day }));
  return page({ ...facts, forecasts, cells: figures });
}

/**
 * The verdicts of every run, in the order of the runs: how many ticks had been seen, empty where there was none. One
 * text for a cell, so that it stays small.
 */
export function verdictsJson(cells: Cells, { settings, day }: RunFacts): string {
  const verdicts = cells.all.map(({ world, effect, signal, rule, on, outcomes }) => ({
    world,
    effect,
    signal,
    rule,
    on: on ?? day,
    failedAt: outcomes.map(({ failedAt }) => failedAt ?? '').join(),
    passedAt: outcomes.map(({ passedAt }) => passedAt ?? '').join(),
  }));
  return page({ seed: settings.seed, cells: verdicts });
}

/** One cell a line. */
function page({ cells, ...rest }: { cells: readonly object[] } & Record<string, unknown>): string {
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},"cells":[\n${cells.map((cell) => JSON.stringify(cell, fourDigits)).join(',\n')}\n]}\n`;
}

function fourDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
