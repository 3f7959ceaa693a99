import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { unmeasured, type LoadReport, type Tick, type Window } from '../src/domain/samples.ts';
import { packTicks, type TickRow } from '../src/domain/ticks.ts';
import type { Plan } from '../src/spec/schema.ts';
import { loadOf, metricsOf, type Outside } from './adapters.ts';
import { whileBeating } from './heartbeat.ts';
import type { Release } from './ports.ts';

/** A load run: where it goes and when. */
export interface LoadInput {
  load: NonNullable<Plan['load']>;
  /** The metrics that read the load's own report. */
  metrics: Plan['metrics'];
  release: Release;
  url: string;
  window: Window;
}

/** What the load saw in short, and the tick that its metrics make of it. */
export interface LoadResult {
  requests: number;
  /** Absent in what was written before it was counted. */
  missed?: number;
  errors: number;
  row: TickRow;
}

/** Generates load until the window's end; a later attempt goes on from where the last one stood. */
export function generateLoad(outside: Outside) {
  return async ({ load, metrics, release, url, window }: LoadInput): Promise<LoadResult> => {
    const call = { signal: cancellationSignal() };
    let soFar = (activityInfo().heartbeatDetails as LoadReport | undefined) ?? null;
    const report = await whileBeating(
      () =>
        loadOf(load, outside).generate(
          { release, url, window, soFar },
          (seen) => {
            soFar = seen;
          },
          call,
        ),
      () => soFar ?? undefined,
    );
    const tick: Tick = { window: report.window, metrics: {} };
    for (const metric of metrics) {
      const look = { release, tracks: ['canary' as const], window: report.window, cursor: null, report };
      const { canary = unmeasured } = await metricsOf(metric, outside).collect(look, call);
      tick.metrics[metric.name] = { canary };
    }
    const { requests, missed, errors } = report;
    return { requests, missed, errors, row: packTicks([tick]) };
  };
}
