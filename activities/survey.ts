import { cancellationSignal } from '@temporalio/activity';
import type { Calibration } from '../src/judge/compared/calibration.ts';
import { lacksNoise } from '../src/judge/criteria.ts';
import { lacksDispersion } from '../src/judge/limited/limit.ts';
import type { Track } from '../src/domain/rollout.ts';
import { judgesTest } from '../src/domain/sources.ts';
import { unmeasured, type Reading } from '../src/judge/samples.ts';
import type { Plan } from '../src/spec/schema.ts';
import { deployerOf, metricsOf, type Outside } from './adapters.ts';
import { calibrated } from './calibrate.ts';
import { whileBeating } from './heartbeat.ts';
import type { Call, Metrics, Release } from './ports.ts';

/** What a metric's queries give now, each asked once. */
export interface Surveyed {
  name: string;
  /** Milliseconds that were looked at. */
  over: number;
  canary: Reading;
  stable: Reading;
  /** What people should know of how it was measured; absent: nothing. */
  note?: string;
  /** What stable's past says; null where nobody has to ask: the spec says it, or a limit is judged without it. */
  calibration: Calibration | null;
}

/** Of a source that remembers, the first of these that it knows all of is looked at (ms). */
const stretches = [600_000, 60_000, 10_000];

/** A source that does not is waited for no longer than this (ms). */
const longestWait = 10_000;

/** Runs every query of a plan once, from where the worker is: nothing is deployed, nothing is changed. */
export function survey(outside: Outside) {
  return ({ plan }: { plan: Plan }): Promise<Surveyed[]> =>
    whileBeating(async () => {
      const call = { signal: cancellationSignal() };
      const release = await releaseNow(plan, outside, call);
      const metrics = plan.metrics.filter((metric) => !judgesTest(metric));
      return Promise.all(metrics.map((metric) => surveyed(metric, plan, release, outside, call)));
    });
}

/** What serves now, where the target can tell. */
async function releaseNow(plan: Plan, outside: Outside, call: Call): Promise<Release> {
  const deployer = deployerOf(plan, outside);
  const release = { service: plan.service, version: plan.version, stable: plan.stable ?? null };
  if (!deployer.can.check) return release;
  const { versions } = await deployer.check(release, 'stable', call);
  return { ...release, stable: versions[0] ?? release.stable };
}

async function surveyed(
  metric: Plan['metrics'][number],
  { every }: Plan,
  release: Release,
  outside: Outside,
  call: Call,
): Promise<Surveyed> {
  const source = metricsOf(metric, outside);
  const look = source.remembers ? lookBack : lookTwice;
  return {
    name: metric.name,
    ...(await look(source, every, release, outside, call)),
    calibration:
      lacksNoise(metric) || (lacksDispersion(metric) && source.past !== undefined)
        ? await calibrated(metric, release, await outside.clock.now(), outside, call)
        : null,
  };
}

type Seen = Pick<Surveyed, 'over' | 'canary' | 'stable' | 'note'>;

/** Each track by itself: before a release there is no canary, which says nothing against stable. */
async function lookBack(
  source: Metrics,
  _every: number,
  release: Release,
  outside: Outside,
  call: Call,
): Promise<Seen> {
  const readingOf = async (track: Track, over: number): Promise<{ reading: Reading; note?: string }> => {
    const tracks = [track];
    const lag = (await source.lag?.({ release, tracks, cursor: null }, call)) ?? 0;
    const to = (await outside.clock.now()) - lag;
    const window = { from: to - over, to };
    const found = await source.collect({ release, tracks, window, cursor: null, report: null }, call);
    return { reading: found[track] ?? unmeasured, ...(found.note !== undefined && { note: found.note }) };
  };
  let [over, stable]: [number, Awaited<ReturnType<typeof readingOf>>] = [0, { reading: unmeasured }];
  for (const stretch of stretches) {
    [over, stable] = [stretch, await readingOf('stable', stretch)];
    if (!('missing' in stable.reading)) break;
  }
  const { reading, ...note } = stable;
  return { over, stable: reading, canary: (await readingOf('canary', over)).reading, ...note };
}

/** Counters are what they have grown by: twice, a tick apart. */
async function lookTwice(
  source: Metrics,
  every: number,
  release: Release,
  { clock }: Outside,
  call: Call,
): Promise<Seen> {
  const over = Math.min(every, longestWait);
  const look = async (cursor: unknown) => {
    const to = await clock.now();
    const window = { from: to - over, to };
    const tracks: Track[] = ['canary', 'stable'];
    return source.collect({ release, tracks, window, cursor, report: null }, call);
  };
  const { cursor } = await look(null);
  await clock.sleep(over);
  const { canary = unmeasured, stable = unmeasured } = await look(cursor);
  return { over, canary, stable };
}
