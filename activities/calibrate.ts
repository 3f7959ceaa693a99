import { cancellationSignal } from '@temporalio/activity';
import { calibrationOf, type Calibration } from '../src/judge/compared/calibration.ts';
import { limitCalibrationOf } from '../src/judge/limited/calibration.ts';
import { isLimited } from '../src/judge/limited/limit.ts';
import type { Plan } from '../src/spec/schema.ts';
import { metricsOf, type Outside } from './adapters.ts';
import { whileBeating } from './heartbeat.ts';
import type { Call, Release } from './ports.ts';

/** Whose past is asked for. */
export interface CalibrateInput {
  metrics: Plan['metrics'];
  release: Release;
}

/** So much of the past is looked at (ms): a day, of whole minutes, whenever it is asked for. */
const longest = 86_400_000 + 60_000;

/**
 * Finds out how much metrics vary while nothing changes, from a day of stable's past. What cannot be found out is said,
 * and is nothing to stop for: the ticks of the rollout have to show it then.
 */
export function calibrate(outside: Outside) {
  return ({ metrics, release }: CalibrateInput): Promise<Record<string, Calibration>> =>
    whileBeating(async () => {
      const call = { signal: cancellationSignal() };
      const now = await outside.clock.now();
      const found = await Promise.all(
        metrics.map(async (metric) => [metric.name, await calibrated(metric, release, now, outside, call)]),
      );
      return Object.fromEntries(found) as Record<string, Calibration>;
    });
}

/** Of one metric. */
export async function calibrated(
  metric: Plan['metrics'][number],
  release: Release,
  now: number,
  outside: Outside,
  call: Call,
): Promise<Calibration> {
  const source = metricsOf(metric, outside);
  if (source.past === undefined) return { noise: null, said: 'its source has no past' };
  try {
    const past = await source.past(release, { from: now - longest, to: now }, call);
    return isLimited(metric) ? limitCalibrationOf(past) : calibrationOf(past);
  } catch (error) {
    call.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return { noise: null, said: `the past of stable could not be read: ${why}` };
  }
}
