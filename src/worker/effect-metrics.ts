import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Runtime, type ActivityInterceptorsFactory } from '@temporalio/worker';

/** The activities that change something outside. */
const effects: readonly string[] = ['deploy', 'shiftTraffic', 'promote', 'remove'];

/** Measures every attempt of an effect for Prometheus, and logs those that were carried out. */
export function effectMetrics(): ActivityInterceptorsFactory {
  const meter = Runtime.instance().metricMeter;
  const durations = meter.createHistogram(
    'coalmine_effect_duration_seconds',
    'float',
    undefined,
    'Time that an attempt of an effect took until it was read back, or failed',
  );
  const errors = meter.createCounter(
    'coalmine_effect_errors',
    undefined,
    'Attempts of effects that failed, by type of failure; those that were cut off by a cancel do not count',
  );
  return ({ info: { activityType: effect }, log, cancellationSignal }: Context) => {
    if (!effects.includes(effect)) return {};
    return {
      inbound: {
        async execute(input, next) {
          const started = performance.now();
          const seconds = (): number => (performance.now() - started) / 1000;
          try {
            const result = await next(input);
            log.info('Effect carried out', { seconds: Number(seconds().toFixed(3)) });
            return result;
          } catch (error) {
            if (!cancellationSignal.aborted) errors.add(1, { effect, failure: typeOf(error) });
            throw error;
          } finally {
            durations.record(seconds(), { effect });
          }
        },
      },
    };
  };
}

/** As activities/failures.ts names it; what it did not foresee goes by the name of its class. */
function typeOf(error: unknown): string {
  if (error instanceof ApplicationFailure && error.type) return error.type;
  return error instanceof Error ? error.name : 'unknown';
}
