import { forecastOf, type HarmForecast, type Forecast } from '../../src/domain/forecast/forecast.ts';
import { completeSpec, type RolloutSpec } from '../../src/spec.ts';
import { errorRate, slowTimes } from './instruments.ts';
import { qualities, type QualityName } from './releases.ts';
import { rps } from './time.ts';

type Clean = NonNullable<Forecast['clean']>;

/** What `coalmine forecast` says of a spec at the rates of the simulated services. */
export interface RolloutForecast {
  /** How many times as fast as what is simulated it goes. */
  pace: number;
  clean: Clean;
  /** Of each kind of bad release; times in milliseconds. */
  harms: Record<Exclude<QualityName, 'good'>, HarmForecast>;
}

/** At 15 times the pace the same as `coalmine forecast FILE --rps 1500 --error-rate 0.5% --effect 3 --effect 7.7`. */
export function rolloutForecast(spec: RolloutSpec, pace: number, seed: number): RolloutForecast {
  const usual = { rps: rps * pace, rates: { errors: errorRate }, means: {} };
  const times = { errors: qualities.errors.errors, latency: slowTimes(qualities.latency) };
  const { clean, harms } = forecastOf(completeSpec(spec), usual, { times: Object.values(times), seed });
  const harmOf = (name: 'errors' | 'latency'): HarmForecast => {
    const found = harms.find((harm) => harm.metrics.includes(name) && harm.times === times[name]);
    if (found === undefined) throw new Error(`nothing was forecast for ${name}`);
    return found;
  };
  if (clean === null) throw new Error('nothing was forecast');
  return { pace, clean, harms: { errors: harmOf('errors'), latency: harmOf('latency') } };
}
