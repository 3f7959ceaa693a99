import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { unmeasured, type LoadReport, type Reading, type Tick, type Window } from '../src/judge/samples.ts';
import { packTicks, type TickRow } from '../src/domain/ticks.ts';
import type { Plan } from '../src/spec/schema.ts';
import { loadOf, metricsOf, type Outside } from './adapters.ts';
import { whileBeating } from './heartbeat.ts';
import type { Release } from './ports.ts';
import { duration } from '../src/text/duration.ts';
import { perSecond } from '../src/text/number.ts';

/** A load run: where it goes and when. */
export interface LoadInput {
  load: NonNullable<Plan['load']>;
  /** The metrics that read the load's own report. */
  metrics: Plan['metrics'];
  release: Release;
  url: string;
  window: Window;
  /** It lasts as long whenever its turn comes, and need not end with the window. */
  movable?: boolean;
}

/** What the load saw in short, and the tick that its metrics make of it. */
export interface LoadResult {
  requests: number;
  /** Absent in what was written before it was counted. */
  missed?: number;
  errors: number;
  /** Milliseconds until its turn came; absent in what was written before there were turns. */
  waited?: number;
  row: TickRow;
}

/** What an attempt tells the server each second: what it has seen, or what it waits for (`for its turn: …`). */
export type LoadProgress = LoadReport | { waiting: string; soFar?: LoadReport | null };

/**
 * Generates load until the window's end, once it has its turn; a later attempt goes on from where the last one stood. One
 * whose turn does not come within its window, or within `longestWait` where that is movable, sends nothing, and says so.
 */
export function generateLoad(outside: Outside) {
  return async (input: LoadInput): Promise<LoadResult> => {
    const { load, metrics, release, url, movable = false } = input;
    const signal = cancellationSignal();
    const info = activityInfo();
    let soFar = reportIn(info.heartbeatDetails as LoadProgress | undefined);
    const seen = (): LoadProgress | undefined => soFar ?? undefined;
    const waits = (): LoadProgress => ({
      waiting: `for its turn: the loads of this worker send at most ${perSecond(outside.loadTurns.most)} in all (COALMINE_LOAD_RATE)`,
      soFar,
    });
    // Said first where the turn comes at once.
    let details = seen;
    let waited = 0;
    const report = await whileBeating(
      async () => {
        details = waits;
        const endTurn = await turnOf(input, outside, signal);
        if (endTurn === null) return null;
        details = seen;
        try {
          const now = await outside.clock.now();
          waited = Math.max(0, now - info.scheduledTimestampMs);
          const window = windowFrom(soFar?.window.from ?? now, input);
          return await loadOf(load, outside).generate(
            { release, url, window, movable, soFar },
            (progress) => {
              soFar = progress;
            },
            { signal },
          );
        } finally {
          endTurn();
        }
      },
      () => details(),
    );
    if (report === null) return withoutTurn(input, (await outside.clock.now()) - info.scheduledTimestampMs);
    const tick: Tick = { window: report.window, metrics: {} };
    for (const metric of metrics) {
      const look = { release, tracks: ['canary' as const], window: report.window, cursor: null, report };
      const { canary = unmeasured } = await metricsOf(metric, outside).collect(look, { signal });
      tick.metrics[metric.name] = { canary };
    }
    const { requests, missed, errors } = report;
    return { requests, missed, errors, waited, row: packTicks([tick]) };
  };
}

function reportIn(details: LoadProgress | undefined): LoadReport | null {
  if (details === undefined) return null;
  return 'waiting' in details ? (details.soFar ?? null) : details;
}

/** Comes back at the window's end too, where it is not movable: with nothing left to send. Null: it did not come. */
async function turnOf(
  { load, window, movable = false }: LoadInput,
  { loadTurns, clock }: Outside,
  signal: AbortSignal,
): Promise<(() => void) | null> {
  const left = movable ? loadTurns.longestWait : Math.max(0, window.to - (await clock.now()));
  try {
    return await loadTurns.turn(load.rate ?? 0, AbortSignal.any([signal, AbortSignal.timeout(left)]));
  } catch {
    signal.throwIfAborted();
    return movable ? null : () => undefined;
  }
}

/** @param waited milliseconds */
function withoutTurn({ load, metrics, window }: LoadInput, waited: number): LoadResult {
  const canary: Reading = {
    missing: `the load did not get its turn within ${duration(waited)}, since others of its worker take all that COALMINE_LOAD_RATE allows: raise that, or start another worker`,
  };
  const tick: Tick = { window, metrics: Object.fromEntries(metrics.map(({ name }) => [name, { canary }])) };
  const missed = Math.floor(((load.rate ?? 0) * load.duration) / 1000);
  return { requests: 0, missed, errors: 0, waited, row: packTicks([tick]) };
}

function windowFrom(from: number, { window, movable = false }: LoadInput): Window {
  return movable ? { from, to: from + window.to - window.from } : window;
}
