/** What the procedure does to the target. Each verb comes back once what it did is read back, where the target can tell. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { Preflight } from '../../activities/preflight.ts';
import { othersIn } from '../../src/domain/moved.ts';
import type { Split } from '../../src/domain/rollout.ts';
import { splitLabel } from '../../src/domain/split.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { baselineWeight, weightInForce } from '../../src/domain/weight.ts';
import type { Plan } from '../../src/spec/schema.ts';
import { effects } from '../engine/activities.ts';
import type { Rollout } from '../state.ts';
import { show } from '../telling/story.ts';
import { checkEpoch } from './behind.ts';
import { noteStable } from './note-stable.ts';
import { order } from './order.ts';
import { timesOf, type Place } from './place.ts';
import { readBack } from './read-back.ts';

/** As what a stable without any copy is known. */
const nothing = versionsText([]);

/** The most that the canary may ever get is what the plan gives it, and all where stable is replaced behind it. */
export function bound(place: Place, { steps }: Plan): void {
  place.most = Math.max(0, ...steps.map((step) => (step.kind === 'bake' ? (step.weight ?? 0) : 0)));
}

/** Takes over what preflight has found. */
export function survey(place: Place, { stable, capabilities, missing }: Preflight, plan: Plan): void {
  place.can = capabilities;
  place.missing = missing;
  place.stable.before = stable;
  if (capabilities.replacesBehind === true) place.most = 100;
  if (plan.despite === undefined) return;
  const uncompared = plan.metrics.filter((metric) => metric.uncompared === true);
  place.stable.dead = { uncompared: uncompared.map(({ name }) => name) };
}

/** Starts the canary, or resizes it, and the baseline with it, to `share` per cent of stable's capacity. */
export async function resize(rollout: Rollout, share: number): Promise<void> {
  const { plan, state } = rollout;
  const place: Place = state.place;
  const { epoch } = place.fence;
  place.undo.canary = true;
  const beside = plan.baseline === 'fresh' ? ` and a baseline of ${place.stable.before ?? ''}` : '';
  const what =
    place.share === 0
      ? `Deploy the canary ${plan.version}${beside}`
      : `Resize the canary to ${String(share)}%${beside}`;
  const { url, copies, changed } = await order(rollout, timesOf(place).ready, (base) =>
    effects(what, base.within).deploy({ ...base, share }),
  );
  checkEpoch(state, epoch);
  place.share = share;
  place.canaryUrl = url ?? place.canaryUrl;
  if (copies === undefined) delete place.copies;
  else place.copies = copies;
  if (changed !== undefined) place.changed = changed;
}

/** Puts a split in force, and the baseline's part with it. */
export async function shift(
  rollout: Rollout,
  { weight, audience }: Pick<Split, 'weight' | 'audience'>,
): Promise<void> {
  const { plan, state } = rollout;
  const place: Place = state.place;
  const { granularity } = place.can ?? {};
  const given = weightInForce(weight, granularity);
  const baseline = plan.baseline === 'fresh' ? { baseline: baselineWeight(given, granularity) } : {};
  const split: Split = { weight: given, audience, ...baseline };
  const { epoch } = place.fence;
  place.undo.traffic = true;
  const what = `Shift ${splitLabel(split)} of the traffic to the canary`;
  const { stable = null } = await order(rollout, timesOf(place).settle, (base) =>
    effects(what, base.within).shiftTraffic({
      ...base,
      split,
      ...(given !== weight && { most: weight }),
      ...(place.behind === null && place.splitNow === undefined && { from: place.split }),
    }),
  );
  checkEpoch(state, epoch);
  place.split = split;
  if (given === weight) delete place.allowed;
  else place.allowed = weight;
  delete place.splitNow;
  delete place.splitAccepted;
  noteStable(rollout, stable);
  show(state);
}

/** Makes every stable copy the new version. */
export async function replace(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  const place: Place = state.place;
  place.undo.stable = true;
  await order(rollout, timesOf(place).ready, (base) =>
    effects(`Make every stable copy ${plan.version}`, base.within).promote(base),
  );
}

/** Takes the canary away, and the baseline. A target without a call for that is given stable back, null where nothing ran. */
export async function takeAway(rollout: Rollout): Promise<void> {
  const place: Place = rollout.state.place;
  const stable = await stableToPutBack(rollout);
  await order(rollout, timesOf(place).settle, ({ release, ...base }) =>
    effects('Take the canary away', base.within).remove({
      ...base,
      release: { ...release, stable },
    }),
  );
  place.share = 0;
}

/**
 * What a target without `remove` is given back: what stable ran when the rollout began, or the one version that someone
 * else has put there since.
 *
 * @throws ApplicationFailure while that is still under way: nobody knows how it is meant to end
 */
async function stableToPutBack(rollout: Rollout): Promise<string | null> {
  const { place, version } = rollout.state;
  const { can, stable } = place;
  if (can?.remove === true || can?.check !== true) return stable.before;
  const found = (await readBack(rollout, 'What runs before stable is put back?')).stable;
  noteStable(rollout, found);
  const others = found === null ? [] : othersIn(found, version);
  if (others.length > 1)
    throw ApplicationFailure.create({
      message: `stable runs ${versionsText(others)}, changed meanwhile by someone else: the canary is replaced once that is one version`,
    });
  return others[0] ?? stable.before;
}

/** A person has agreed to go on from a split that the rollout has not ordered. */
export function acceptSplit(place: Place): void {
  place.splitAccepted = true;
}

/** A person has agreed to replace stable though it is down; where nothing is left of it, that is all there is to agree to. */
export function acceptDown({ stable }: Place): void {
  stable.acceptedDown = true;
  if (stable.now === nothing) stable.accepted = nothing;
}

/** A person has agreed to replace what stable runs now. */
export function acceptStable({ stable }: Place): void {
  if (stable.now !== undefined) stable.accepted = stable.now;
  if (stable.now === nothing) stable.acceptedDown = true;
}
