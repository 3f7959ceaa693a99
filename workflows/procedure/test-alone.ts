import { sleep } from '@temporalio/workflow';
import { judgesTest } from '../../src/domain/sources.ts';
import { testCriteria } from '../../src/judge/criteria.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import type { LoadPlan } from '../../src/spec/schema.ts';
import { duration } from '../../src/text/duration.ts';
import { perSecond } from '../../src/text/number.ts';
import { loading, thinking } from '../engine/activities.ts';
import { TakeBack } from './take-back.ts';
import { countVerdict } from '../telling/metrics.ts';
import { missedText } from './missed.ts';
import { isoNow, now, releaseOf, type Rollout } from '../state.ts';
import { notPaused, pause } from './pause.ts';
import { noteVerdict } from './step.ts';
import { enter, hold, show } from '../telling/story.ts';

/** Its turn may come so much later (ms); then the worker is thought lost, and it queues anew. */
const thoughtLostAfter = 3_600_000;

/** A test that gave no signal is tried again after this long (ms). */
const again = 30_000;

/**
 * Loads the canary alone, before any live traffic; the load's own report is judged. Without a signal it is tried
 * again for as long as `onNoSignal` allows. A test that is too short to show either goes on: the bakes judge what it could
 * not, and the least weight is exposed to it.
 *
 * @throws TakeBack if it has shown that a limit is exceeded
 */
export async function testAlone(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  if (plan.load === undefined) return;
  for (;;) {
    await notPaused(state);
    state.test = { since: isoNow(), said: null };
    enter(state, 'testing', `Loading the canary alone ${paceOf(plan.load)}`);
    const from = now();
    const { verdict, missed } = await loadOnce(rollout, plan.load);
    state.verdict = verdict;
    countVerdict(verdict.kind);
    const said = [verdict.because, missed].filter((text) => text !== null).join('; ');
    state.test.said = said;
    noteVerdict(state, `test: ${said}`);
    if (verdict.kind === 'pass' || verdict.kind === 'inconclusive') return;
    if (verdict.kind !== 'no-signal')
      throw new TakeBack('rolled-back', `the test of the canary alone: ${verdict.because}`);
    await holdTest(rollout, verdict, from);
  }
}

/** How much load for how long; the rate of a command that is not told one is its own affair. */
function paceOf(load: LoadPlan): string {
  return `${load.rate === undefined ? '' : `at ${perSecond(load.rate)} `}for ${duration(load.duration)}`;
}

async function loadOnce(
  rollout: Rollout,
  load: LoadPlan,
): Promise<{ verdict: Verdict; missed: string | null }> {
  const { plan } = rollout;
  const window = { from: now(), to: now() + load.duration };
  const metrics = plan.metrics.filter(judgesTest);
  const report = await loading('Load the canary alone', load.duration + thoughtLostAfter).generateLoad({
    load,
    metrics,
    release: releaseOf(rollout),
    url: addressOf(rollout, load),
    window,
    movable: true,
  });
  const judged = await thinking('Judge the test').judge({
    criteria: testCriteria(metrics),
    state: {},
    row: report.row,
  });
  return { verdict: judged.verdict, missed: missedText(report) };
}

function addressOf({ state }: Rollout, { url, path }: LoadPlan): string {
  if (url !== undefined) return url;
  const { canaryUrl } = state.place;
  if (canaryUrl === null)
    throw new TakeBack(
      'rolled-back',
      'check did not say the url of the canary, which load.path needs; give load.url',
    );
  return new URL(path ?? '/', canaryUrl).href;
}

async function holdTest({ plan, state }: Rollout, verdict: Verdict, from: number): Promise<void> {
  const { noSignal } = state;
  hold(
    state,
    'no-signal',
    `The test of the canary alone gave no signal and is tried again: ${verdict.because}`,
  );
  await sleep(again, { summary: 'Until the test is tried again' });
  noSignal.spent += now() - from;
  if (noSignal.spent < noSignal.allowed) return;
  if (plan.onNoSignal.then === 'roll-back')
    throw new TakeBack('rolled-back', `no signal from the test: ${verdict.because}`);
  pause(state, 'coalmine', `no signal from the test: ${verdict.because}`);
  show(state);
}
