import type { Measured } from '../../src/judge/criteria.ts';
import { forecastOf, type Asked, type Forecast } from '../../src/domain/forecast/forecast.ts';
import type { ForecastPlan } from '../../src/domain/forecast/plan.ts';
import type { Spread as ForecastSpread } from '../../src/domain/forecast/spread.ts';
import { withNoiseOf } from '../../src/judge/compared/comparing.ts';
import type { BakeStep } from '../../src/domain/steps.ts';
import { presets } from '../../src/spec/judges.ts';
import type { Cells } from './cells.ts';
import type { Spread } from './measures.ts';
import { every } from './observed.ts';
import { noiseOf } from './rules/ours.ts';
import { hoursOf } from './settings.ts';
import type { EffectName } from './world/effects.ts';
import { drawRun } from './world/run.ts';
import { worlds, type WorldName } from './world/worlds.ts';

/** What `coalmine forecast` says beforehand, beside what was measured: minutes. */
export interface ForecastError {
  rule: keyof typeof presets;
  world: WorldName;
  effect: EffectName;
  forecast: Spread;
  measured: Spread;
}

/** Worlds as a forecast knows them: by the history of stable in one run of theirs. */
const foreknown = ['iid', 'batch', 'autoregression'] as const satisfies readonly WorldName[];
const harms = { 'errors-2': 2, 'errors-3': 3, 'errors-10': 10 } as const;
const minute = 60_000;
const hour = 60 * minute;

/** Of our presets, in those of these worlds that were run. */
export function forecastErrors(cells: Cells, seed: number): ForecastError[] {
  return (['fast', 'default'] as const).flatMap((rule) =>
    foreknown
      .filter((world) => cells.find({ world, effect: 'errors-3', signal: 'errors', rule }) !== undefined)
      .flatMap((world) => errorsIn(cells, { rule, world, seed })),
  );
}

function errorsIn(
  cells: Cells,
  { rule, world, seed }: { rule: keyof typeof presets; world: WorldName; seed: number },
): ForecastError[] {
  const past = drawRun({ seed, world, effect: 'none', run: 0 }, 0);
  const metric: Measured = {
    name: 'errors',
    kind: 'rate',
    gating: true,
    minSample: 20,
    source: { type: 'http' },
    comparison: withNoiseOf(presets[rule], noiseOf(past, 'errors') ?? {}),
  };
  const usual = { rps: worlds[world].rate, rates: { errors: worlds[world].errorRate }, means: {} };
  const forecast = (bake: BakeStep['bake'], times: Asked['times']): Forecast =>
    forecastOf(planOf(rule, metric, bake), usual, { times, seed });
  const found = (
    effect: EffectName,
    said: ForecastSpread | undefined,
    measured: Spread | undefined,
  ): ForecastError[] =>
    said === undefined || measured === undefined
      ? []
      : [{ rule, world, effect, forecast: inMinutes(said), measured }];
  const clean = forecast({ min: every * 1000, max: hoursOf('none') * hour }, []).clean?.time;
  const length = hoursOf('errors-3') * hour;
  const harmed = forecast({ min: length, max: length }, Object.values(harms)).harms;
  const measuredOf = (effect: EffectName) => cells.find({ world, effect, signal: 'errors', rule });
  return [
    ...found('none', clean, measuredOf('none')?.minutesToPass),
    ...(Object.keys(harms) as (keyof typeof harms)[]).flatMap((effect) =>
      found(effect, harmed.find(({ times }) => times === harms[effect])?.time, measuredOf(effect)?.minutes),
    ),
  ];
}

function planOf(rule: keyof typeof presets, metric: Measured, bake: BakeStep['bake']): ForecastPlan {
  const step: BakeStep = { kind: 'bake', weight: 5, audience: null, bake, onInconclusive: 'hold' };
  return {
    every: every * 1000,
    first: false,
    baseline: 'stable',
    metrics: [metric],
    steps: [step],
    judge: presets[rule],
    onNoSignal: { hold: hour, then: 'pause' },
  };
}

function inMinutes({ median, p90 }: ForecastSpread): Spread {
  return { median: (median ?? Infinity) / minute, p90: (p90 ?? Infinity) / minute };
}
