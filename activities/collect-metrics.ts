import { activityInfo, cancellationDetails, cancellationSignal } from '@temporalio/activity';
import { tickWindow, type Chapter } from '../src/domain/chapter.ts';
import { comparesWithStable, type Criterion } from '../src/judge/criteria.ts';
import type { JudgeState } from '../src/judge/state.ts';
import { judge, type Judgement, type JudgePlan } from '../src/judge/judge.ts';
import type { ComparedTrack, Track } from '../src/domain/rollout.ts';
import { unmeasured, type Reading, type Tick, type Window } from '../src/judge/samples.ts';
import { clipped, mostOfAReason } from '../src/judge/sentences.ts';
import { bytesOf } from '../src/text/bytes.ts';
import type { PlaceSeen } from '../src/domain/drift.ts';
import { mostTicks } from '../src/domain/size.ts';
import { mostLag } from '../src/domain/sources.ts';
import { packTicks, unpackTicks, type TickRow } from '../src/domain/ticks.ts';
import type { Plan } from '../src/spec/schema.ts';
import { metricsOf, type Clock, type Outside } from './adapters.ts';
import { boundedCursor, boundedReading } from './bounded-reading.ts';
import { whileBeating } from './heartbeat.ts';
import { latenessRecorder } from './lateness.ts';
import { PlaceLooks, type PlaceToWatch } from './place-looks.ts';
import type { Metrics, Release } from './ports.ts';

/** A chapter to watch, and what ends it early. */
export interface ChapterInput {
  chapter: Chapter;
  metrics: Plan['metrics'];
  criteria: Criterion[];
  release: Release;
  /** What the canary is compared with; absent in what rollouts asked before there was a choice: stable. */
  comparedWith?: ComparedTrack;
  state: JudgeState;
  /** Absent in what rollouts asked before there was a choice. */
  judge?: JudgePlan;
  cursors: Cursors;
  /** Milliseconds that must be watched with a signal before a pass ends the chapter; null: a pass never does. */
  passAfter: number | null;
  /** Whether there was a signal when the chapter began; null: none was expected yet, and only a loss counts. */
  signal: boolean | null;
  /** Before this time (ms since 1970) a signal that comes or goes does not end the chapter. */
  quietUntil: number;
  /** The numbers contradict the load, and nothing that they show ends the chapter. */
  disbelieved?: boolean;
  /** What is looked at beside the ticks; absent: nothing. */
  place?: PlaceToWatch;
}

/** What each source gave last, by metric; plain and small. */
export type Cursors = Record<string, unknown>;

/** The ticks of a chapter; the last one may have ended it early. */
export interface ChapterResult {
  /** At least one; none where someone else changed the place before the first was over. */
  row: TickRow;
  cursors: Cursors;
  /** What people should know of how a metric was measured last, by its name; absent: nothing. */
  notes?: Record<string, string>;
  /** What someone else has changed meanwhile. The row has the ticks before that. Absent: nothing that was seen. */
  seen?: PlaceSeen;
  /** Why the place could not be read, at the end of the chapter; absent: it could be. */
  unread?: string;
}

interface Seen {
  ticks: Tick[];
  cursors: Cursors;
  notes: Record<string, string>;
  /** What the ticks take in their row, about, and the newest of them. */
  bytes: { all: number; newest: number };
}

/**
 * Watches a chapter: one look per tick, at the tick's end or as much later as the sources trail. Returns early
 * when the judge, folded over what there is, says fail, says pass once the bake's minimum is over, when the
 * signal goes or comes back, or when one more tick might exceed `mostTicks` bytes. A rollout that cancels the
 * chapter gets the ticks so far. An attempt after a worker's death goes on from the heartbeat details; a tick that
 * nobody looked at in time is read later where the source has a past, else it is a gap. It also returns when someone else
 * changes the place, with the ticks that were over before.
 */
export function collectMetrics(outside: Outside) {
  return (input: ChapterInput): Promise<ChapterResult> => {
    const { chapter } = input;
    const before = activityInfo().heartbeatDetails as ChapterResult | undefined;
    let seen: Seen = before
      ? goingOn(before)
      : { ticks: [], cursors: input.cursors, notes: {}, bytes: { all: 0, newest: 0 } };
    const recordLateness = latenessRecorder();
    const looks = input.place === undefined ? null : new PlaceLooks(input.place, input.release, outside);
    const sources = input.metrics.map((metric) => ({ metric, source: metricsOf(metric, outside) }));
    return whileBeating(
      async () => {
        // A worker whose clock is behind, or set back, would wait while nobody watches.
        const clock =
          outside.clock.steady?.(activityInfo().currentAttemptScheduledTimestampMs) ?? outside.clock;
        let judgement = judge(input.criteria, input.state, seen.ticks, input.judge);
        let baked = length(judgement.signalled);
        const lag = await lagOf(input, sources, seen.cursors);
        const isOver = (): boolean =>
          looks?.changed.aborted === true ||
          seen.ticks.length >= chapter.ticks ||
          endsEarly(input, judgement, baked, seen.ticks) ||
          seen.bytes.all + seen.bytes.newest > mostTicks;
        looks?.start(seen.ticks.length);
        try {
          while (!isOver()) {
            const window = tickWindow(chapter, seen.ticks.length);
            await until(window.to + lag, clock, looks?.changed);
            if (looks?.changed.aborted === true) break;
            const lateness = (await clock.now()) - window.to - lag;
            recordLateness(lateness);
            seen = await look(input, sources, window, lateness > Math.max(chapter.every, inTime), seen);
            judgement = judge(input.criteria, judgement.state, seen.ticks.slice(-1), input.judge);
            baked += length(judgement.signalled);
            looks?.count(seen.ticks.length);
          }
          await looks?.last();
        } catch (error) {
          // A worker that shuts down leaves the chapter to the next attempt, which has the heartbeat details.
          if (cancellationDetails()?.cancelRequested !== true || seen.ticks.length === 0) throw error;
        } finally {
          looks?.stop();
        }
        return looks === null ? packed(seen) : asKnown(seen, looks, chapter);
      },
      () => (seen.ticks.length === 0 ? undefined : packed(seen)),
    );
  };
}

function packed({ ticks, cursors, notes }: Seen): ChapterResult {
  const result = { row: packTicks(ticks), cursors };
  return Object.keys(notes).length === 0 ? result : { ...result, notes };
}

/** Without the ticks in which the place may no longer have been what the rollout knew. */
function asKnown(
  all: Seen,
  { found, isNoEvidence, good, unread }: PlaceLooks,
  { from, every }: Chapter,
): ChapterResult {
  const ticks = isNoEvidence ? all.ticks.slice(0, good) : all.ticks;
  return {
    ...(ticks.length === 0
      ? { row: { from, every, count: 0, metrics: {} }, cursors: all.cursors }
      : packed({ ...all, ticks })),
    ...(found !== null && { seen: found }),
    ...(unread !== null && { unread }),
  };
}

function goingOn({ row, cursors, notes = {} }: ChapterResult): Seen {
  const all = bytesOf(row);
  return { ticks: unpackTicks(row), cursors, notes, bytes: { all, newest: Math.ceil(all / row.count) } };
}

/** What the newest tick adds to the row: the whole of it is too large to be measured at each tick. */
function bytesOfNewest(ticks: Tick[]): number {
  const before = ticks.slice(-2, -1);
  return bytesOf(packTicks(ticks.slice(-2))) - (before.length === 0 ? 0 : bytesOf(packTicks(before)));
}

function length(windows: Window[]): number {
  return windows.reduce((sum, { from, to }) => sum + to - from, 0);
}

function endsEarly(input: ChapterInput, { verdict }: Judgement, baked: number, ticks: Tick[]): boolean {
  const last = ticks.at(-1);
  if (last === undefined || input.disbelieved === true) return false;
  if (verdict.kind === 'fail') return true;
  if (verdict.kind === 'pass' && input.passAfter !== null && baked >= input.passAfter) return true;
  const signal = input.signal ?? (baked > 0 ? true : null);
  const changed = signal !== null && (verdict.kind !== 'no-signal') !== signal;
  return changed && last.window.to >= input.quietUntil;
}

async function until(time: number, clock: Clock, ends?: AbortSignal): Promise<void> {
  const left = time - (await clock.now());
  if (left > 0) await clock.sleep(left, ends);
}

type Source = { metric: Plan['metrics'][number]; source: Metrics };

/**
 * All sources of a tick are looked at together, so all wait for the one that trails most (ms), but not longer than its kind
 * declares: the workflow waits for the chapter no longer than that.
 */
async function lagOf(input: ChapterInput, sources: Source[], cursors: Cursors): Promise<number> {
  const call = { signal: cancellationSignal() };
  const lags = sources.map(async ({ metric, source }) => {
    const { name } = metric;
    const look = { release: input.release, tracks: tracksOf(name, input), cursor: cursorOf(cursors, name) };
    return Math.min(mostLag([metric]), (await source.lag?.(look, call)) ?? 0);
  });
  return Math.max(0, ...(await Promise.all(lags)));
}

async function look(
  input: ChapterInput,
  sources: Source[],
  window: Window,
  late: boolean,
  seen: Seen,
): Promise<Seen> {
  const call = { signal: cancellationSignal() };
  const readings = await Promise.all(
    sources.map(async ({ metric, source }) => {
      const cursor = cursorOf(seen.cursors, metric.name);
      const tracks = tracksOf(metric.name, input);
      if (late && !source.remembers) return { metric, tracks, read: () => nobody, cursor, note: undefined };
      const look = { release: input.release, tracks, window, cursor, report: null };
      const found = await source.collect(look, call);
      const bounded = boundedCursor(found.cursor, sources.length);
      const read = (track: Track): Reading =>
        bounded.missing ?? boundedReading(found[track] ?? unmeasured, sources.length);
      return { metric, tracks, read, cursor: bounded.cursor, note: found.note };
    }),
  );
  const tick: Tick = { window, metrics: {} };
  const cursors: Cursors = {};
  const notes: Seen['notes'] = {};
  for (const { metric, tracks, read, cursor, note } of readings) {
    const [track, compared] = tracks;
    const canary = read(track);
    tick.metrics[metric.name] = compared === undefined ? { canary } : { canary, stable: read(compared) };
    cursors[metric.name] = cursor;
    if (note !== undefined) notes[metric.name] = clipped(note, mostOfAReason);
  }
  const ticks = [...seen.ticks, tick];
  const newest = bytesOfNewest(ticks);
  return { ticks, cursors, notes, bytes: { all: seen.bytes.all + newest, newest } };
}

/** A look this much after its tick's end is in time, however short the tick (ms). */
const inTime = 2000;

/** A metric may be called `constructor`. */
function cursorOf(cursors: Cursors, name: string): unknown {
  return Object.hasOwn(cursors, name) ? cursors[name] : null;
}

/** What the canary is compared with is measured only where this chapter does so: at weight 100 it has no traffic left. */
function tracksOf(
  name: string,
  { criteria, comparedWith = 'stable' }: ChapterInput,
): ['canary'] | ['canary', ComparedTrack] {
  const compares = criteria.some((criterion) => criterion.name === name && comparesWithStable(criterion));
  return compares ? ['canary', comparedWith] : ['canary'];
}

const nobody = { missing: 'nobody looked in time: no worker was watching' };
