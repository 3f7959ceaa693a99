import { CancellationScope, condition } from '@temporalio/workflow';
import type { ChapterResult } from '../../activities/collect-metrics.ts';
import { chapterEnd, nextChapter, unpaused, type Chapter } from '../../src/domain/chapter.ts';
import { judgesTest, mostLag } from '../../src/domain/sources.ts';
import { bakeCriteria, warmUpCriteria, withNoise, type Criterion } from '../../src/judge/criteria.ts';
import type { JudgeState } from '../../src/judge/state.ts';
import type { LoadCheck } from '../../src/domain/load-count.ts';
import { bytesOf } from '../../src/text/bytes.ts';
import { rowWindow, type TickRow } from '../../src/domain/ticks.ts';
import type { MetricPlan, Plan } from '../../src/spec/schema.ts';
import { thinking, watching } from '../engine/activities.ts';
import { effectPlanOf } from '../place/order.ts';
import { knownOf, notePlace } from '../place/note-seen.ts';
import { sentenceOf } from '../engine/failures.ts';
import { loadFrontDoor, type FrontDoorLoad } from './front-door.ts';
import { isCrowded, isFull } from '../engine/long.ts';
import { countVerdict } from '../telling/metrics.ts';
import { tell } from '../telling/notices.ts';
import { now, releaseOf, type Rollout, type RolloutState } from '../state.ts';
import { show } from '../telling/story.ts';

/** What one chapter is to watch, and when it may end before its time. */
export interface Watching {
  /** Milliseconds that are still to be watched. */
  remaining: number;
  /** Milliseconds with a signal after which a pass ends it; null: a pass does not. */
  passAfter: number | null;
  /** Something else has to be done. */
  until: () => boolean;
  /** `until` is asked again at this time, ms since 1970; Infinity: only when something happens. */
  deadline: number;
}

/** A worker whose clock is further ahead than this (ms) is waited for: it cannot shorten a bake. */
const skew = 1_000;

/** The load of a chapter may end this much after its ticks (ms). */
const lastAnswers = 2_000;

/** A chapter that is ended before its time gives its ticks within this (ms). */
const lastTicks = 10_000;

/** A chapter that nobody watched is given up this much after its end (ms). */
const grace = 30_000;

/**
 * Watches one chapter and has it judged. The workflow's own timer is its clock: a chapter that no worker watched
 * ends too, as one without a signal. Says how long it baked: with a signal, and not paused (ms). While the canary warms up
 * only a fail counts, and all of the time that is not paused.
 */
export async function watchChapter(rollout: Rollout, watching: Watching): Promise<number> {
  rollout.watching = true;
  try {
    return await watchAndJudge(rollout, watching);
  } finally {
    rollout.watching = false;
  }
}

async function watchAndJudge(rollout: Rollout, watching: Watching): Promise<number> {
  const { state } = rollout;
  const { watch, place } = state;
  const { every } = rollout.plan;
  const metrics = bakeMetrics(rollout.plan);
  const chapter = nextChapter({
    now: now(),
    lastTick: watch.lastTick,
    every,
    remaining: watching.remaining,
    before: watch.chapters,
    lag: mostLag(metrics),
    tickBytes: watch.tickBytes ?? 0,
  });
  const baking = bakeCriteria(withNoise(metrics, state.noise), place.split);
  const aside = limitsOnly(state);
  const criteria = aside === undefined ? baking : warmUpCriteria(baking);
  const { row, sent, given } = await gather(rollout, chapter, criteria, watching);
  watch.chapters += 1;
  const note = (): void => {
    if (given !== null) notePlace(rollout, given);
  };
  if (row === null) {
    note();
    return 0;
  }

  const judgement = await thinking(`Judge ${String(row.count)} ticks`).judge({
    criteria,
    state: (aside ?? watch).judge,
    row,
    judge: rollout.plan.judge,
    ...loadCheck(rollout, sent),
  });
  const window = rowWindow(row);
  (aside ?? watch).judge = judgement.state;
  watch.lastTick = window.to;
  watch.tickBytes = Math.ceil(bytesOf(row) / row.count);
  if (judgement.load !== undefined) watch.load = judgement.load;
  note();
  if (aside !== undefined && judgement.verdict.kind !== 'fail') return unpaused([window], watch.pauses);
  state.verdict = judgement.verdict;
  countVerdict(judgement.verdict.kind);
  const watched = unpaused([window], watch.pauses);
  const baked = unpaused(judgement.signalled, watch.pauses);
  noteSignal(rollout, row.count < chapter.ticks, watched - baked);
  watch.pauses = watch.pauses.filter(({ to }) => to === null || to > window.to);
  show(state);
  return baked;
}

/** Where only limits are judged, what they have shown: while the canary is young, or the place not as it was ordered. */
function limitsOnly({ watch, place }: RolloutState): { judge: JudgeState } | undefined {
  const isDrifted = place.splitNow !== undefined || (place.stable.down === true && place.split.weight < 100);
  if (!isDrifted) delete watch.aside;
  else watch.aside ??= { judge: {} };
  return watch.warmUp ?? watch.aside;
}

/** What the chapter's load is held against, where somebody counts it. */
function loadCheck({ plan, state }: Rollout, sent: number | null): { load: LoadCheck } | null {
  const { load } = plan;
  const { weight, audience, baseline } = state.place.split;
  if (load?.bake === undefined || !load.counted || audience !== null) return null;
  const shares = { canary: weight / 100, stable: (baseline ?? 100 - weight) / 100 };
  return { load: { before: state.watch.load ?? null, sent, shares } };
}

/** The chapter's ticks, null if it was interrupted, and what its load sent. */
async function gather(
  rollout: Rollout,
  chapter: Chapter,
  criteria: Criterion[],
  { passAfter, until, deadline }: Watching,
): Promise<{ row: TickRow | null; sent: number | null; given: ChapterResult | null }> {
  const { plan, state } = rollout;
  const { watch } = state;
  const end = chapterEnd(chapter);
  const length = end - chapter.from;
  const metrics = bakeMetrics(plan);
  const lag = mostLag(metrics);
  let result: ChapterResult | null = null;
  let fault = 'no worker was watching';
  const aside = limitsOnly(state);
  const known = knownOf(rollout);
  const front: { load: FrontDoorLoad | null } = { load: null };
  let left = false;
  const scope = new CancellationScope();
  const watched = scope.run(() => {
    front.load = loadFrontDoor(rollout, { from: chapter.from, to: end });
    return watching(`Watch ${String(chapter.ticks)} ticks`, length + lag).collectMetrics({
      chapter,
      metrics,
      criteria,
      release: releaseOf(rollout),
      ...(plan.baseline === 'fresh' && { comparedWith: 'baseline' }),
      state: (aside ?? watch).judge,
      judge: plan.judge,
      cursors: watch.cursors,
      passAfter,
      signal: watch.signal,
      quietUntil:
        aside === undefined ? chapter.from + Math.min(length, chapter.every * 2 ** watch.flaps) : end,
      ...(typeof watch.load?.contradiction === 'string' && { disbelieved: true }),
      ...(known !== null && { place: { plan: effectPlanOf(plan), known } }),
    });
  });
  watched.then(
    (given) => (result = given),
    (reason: unknown) => {
      fault = sentenceOf(reason);
      left = true;
    },
  );
  const over = (): ChapterResult | null => result;
  const loaded = (): boolean => front.load?.over() !== false;
  await condition(
    () => over() !== null || until() || isCrowded(rollout),
    Math.max(0, Math.min(end + lag + grace, deadline) - now()),
    { summary: "The chapter's clock" },
  );
  if ((over()?.row.count ?? 0) >= chapter.ticks && !loaded())
    await condition(() => loaded() || until(), lastAnswers, { summary: 'The load gets its last answers' });
  scope.cancel();
  const crowded = over() === null && !until() && isCrowded(rollout);
  if (crowded)
    await condition(() => over() !== null || left || until() || isFull(rollout), lastTicks, {
      summary: 'The ticks so far',
    });
  const given = over();
  if (given !== null) {
    const row = given.row.count === 0 ? null : given.row;
    const ahead = row === null ? 0 : rowWindow(row).to - now();
    if (ahead > skew) {
      rollout.watching = false;
      await condition(until, ahead, { summary: "The worker's clock is ahead" });
    }
    watch.cursors = given.cursors;
    noteCounting(state, given);
    return { row, sent: front.load?.sent() ?? null, given };
  }
  // Where the source has a past, the next chapter begins again where this one did.
  if (crowded) watch.lastTick ??= chapter.from;
  const row = until() || crowded ? null : unwatched(chapter, metrics, fault);
  return { row, sent: null, given: null };
}

function bakeMetrics({ metrics }: Plan): MetricPlan[] {
  return metrics.filter((metric) => !judgesTest(metric));
}

/** What people should know of how the metrics were measured last. */
function noteCounting(state: RolloutState, { notes = {} }: ChapterResult): void {
  const counting = Object.entries(notes).map(([name, note]) => `${name}: ${note}`);
  if (counting.length > 0) state.counting = counting;
  else delete state.counting;
}

function unwatched(chapter: Chapter, metrics: MetricPlan[], why: string): TickRow {
  const cells = [{ missing: `the chapter was not watched: ${why}` }];
  const columns = metrics.map(({ name }) => [name, { canary: cells, stable: cells }] as const);
  const { from, every, ticks } = chapter;
  return { from, every: every * ticks, count: 1, metrics: Object.fromEntries(columns) };
}

/** Keeps the budget of time without a signal, and tells people once when a signal is gone. */
function noteSignal(rollout: Rollout, early: boolean, without: number): void {
  const { watch, verdict, noSignal, place } = rollout.state;
  const signal = verdict?.kind !== 'no-signal';
  const because = verdict?.because ?? '';
  noSignal.spent += without;
  const changed = watch.signal !== null && watch.signal !== signal;
  watch.flaps = changed && early ? Math.min(watch.flaps + 1, 10) : Math.max(watch.flaps - 1, 0);
  watch.signal = signal;
  if (signal) watch.told = false;
  else if (!watch.told) {
    watch.told = true;
    tell(rollout, 'no-signal', `The weight is held at ${String(place.split.weight)}%: ${because}`);
  }
}
