import type { ForecastError } from '../forecast-error.ts';
import { allRules } from '../settings.ts';
import { effects } from '../world/effects.ts';
import { minutes } from './figures.ts';
import { table } from './table.ts';

/** What forecasts say beside what was measured, and by how much their median is off. */
export function forecastTable(forecasts: readonly ForecastError[]): string[] {
  return table(
    ['rule', 'world', 'effect', 'forecast', 'measured', 'off by'],
    forecasts.map(({ rule, world, effect, forecast, measured }) => [
      allRules.find(({ name }) => name === rule)?.title ?? rule,
      world,
      effects[effect].title,
      minutes(forecast),
      minutes(measured),
      offBy(forecast.median, measured.median),
    ]),
    [0, 1, 2],
  );
}

function offBy(forecast: number, measured: number): string {
  if (forecast === measured) return '0%';
  const share = forecast / measured - 1;
  return Number.isFinite(share) ? `${share > 0 ? '+' : ''}${(100 * share).toFixed(0)}%` : '–';
}
