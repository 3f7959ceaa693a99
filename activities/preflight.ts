import { cancellationSignal } from '@temporalio/activity';
import { stableIsDead } from '../src/domain/dead-stable.ts';
import type { Capabilities, Split, TrackState } from '../src/domain/rollout.ts';
import { noTraffic, sameSplit, splitLabel, type SplitInForce } from '../src/domain/split.ts';
import { versionsText } from '../src/domain/versions.ts';
import { baselineWeight, weightInForce } from '../src/domain/weight.ts';
import type { Plan } from '../src/spec/schema.ts';
import { deployerOf, trafficOf, type Outside } from './adapters.ts';
import { refused } from './failures.ts';
import { whileBeating } from './heartbeat.ts';
import type { Release } from './ports.ts';

/** What is known before anything is touched. */
export interface Preflight {
  /** What serves today; null at a first release or where nobody can tell. */
  stable: string | null;
  capabilities: Capabilities;
  /** What the target cannot do and what that means, a sentence each. */
  missing: string[];
  /** An earlier canary still gets traffic. */
  leftover: Split | null;
}

/** Finds out whether the target can be reached, what serves now, and whether the undo is known. */
export function preflight(outside: Outside) {
  return ({ plan }: { plan: Plan }): Promise<Preflight> => whileBeating(() => askAll(plan, outside));
}

async function askAll(plan: Plan, outside: Outside): Promise<Preflight> {
  const call = { signal: cancellationSignal() };
  const deployer = deployerOf(plan, outside);
  const traffic = trafficOf(plan, outside);
  const asked: Release = { service: plan.service, version: plan.version, stable: plan.stable ?? null };
  // At once: one after the other, slow answers would outlast the attempt.
  const [serving, split, baseline] = await Promise.all([
    deployer.can.check ? deployer.check(asked, 'stable', call) : null,
    traffic?.can.read === true ? traffic.read(asked, call) : null,
    plan.baseline === 'fresh' ? deployer.check(asked, 'baseline', call) : null,
    traffic?.rehearse?.(asked, splitsOf(plan), call),
  ]);
  if (baseline !== null) refuseEarlierBaseline(plan, baseline);
  const capabilities: Capabilities = {
    ...deployer.can,
    split: traffic?.can.split === true,
    read: traffic?.can.read === true,
    fence: serving?.fence === true && traffic?.can.fence !== false,
    ...(split?.granularity !== undefined && { granularity: split.granularity }),
    ...(split?.splitBy !== undefined && { splitBy: split.splitBy }),
    ...(deployer.replacesBehind === true && { replacesBehind: true }),
    times: deployer.times,
  };
  if (!plan.first) refuseLostWeights(plan, capabilities);
  refuseSwap(plan, capabilities);
  const stable = serving === null ? asked.stable : stableOf(plan, serving);
  const leftover = split === null || sameSplit(split, noTraffic) ? null : split;
  if (plan.despite !== undefined && leftover !== null) refuseToTake(plan, leftover);
  return {
    stable,
    capabilities,
    missing: [
      ...missing(capabilities, plan),
      ...roundedWeights(plan, capabilities),
      ...undeclaredUsers(plan, split),
    ],
    leftover,
  };
}

function stableOf(plan: Plan, serving: TrackState): string | null {
  const { service, version, first, despite } = plan;
  const [found, ...others] = serving.versions;
  if (first) {
    if (found === undefined) return null;
    throw refused(
      `the spec says first: true, but ${service} already runs ${versionsText(serving.versions)}; leave first out`,
    );
  }
  if (found === undefined)
    throw refused(
      despite === undefined
        ? `no stable version of ${service} runs, so there is nothing to compare with or to go back to; if this is its first release, say first: true`
        : `the spec says despite: ${despite}, but no copy of a stable ${service} runs, dead or alive, so there is nothing to go back to; say first: true in place of despite`,
    );
  if (others.length > 0)
    throw refused(
      `stable of ${service} runs several versions (${versionsText(serving.versions)}): another release is under way or was cut short; finish it, then start again`,
    );
  if (!serving.alive && despite === undefined)
    throw refused(
      `stable of ${service} (${found}) is not alive, so there is nothing to compare with or to go back to; fix it first, or, if this release is the fix, say despite: ${stableIsDead}`,
    );
  if (found === version) throw refused(`${service} already runs ${version}; there is nothing to release`);
  if (plan.stable !== undefined && plan.stable !== found)
    throw refused(
      `the spec says that stable is ${plan.stable}, but ${service} runs ${found}; correct stable or leave it out`,
    );
  if (serving.alive && despite !== undefined)
    throw refused(
      `the spec says despite: ${despite}, but stable of ${service} (${found}) is alive; remove despite, and the canary is compared with stable`,
    );
  return found;
}

/** Beside a dead stable the canary of an earlier release may be all that serves: its traffic is not the rollout's to take. */
function refuseToTake({ service }: Plan, leftover: Split): void {
  throw refused(
    `the spec says despite: ${stableIsDead}, but the canary of an earlier release of ${service} still gets ${splitLabel({ ...leftover, audience: null })} of the traffic${leftover.audience === null ? '' : ' and an audience'} and may be all that serves, and a rollout begins without a canary; give stable all the traffic yourself, then start again`,
  );
}

/** A target that knows of no baseline answers for some other track. */
function refuseEarlierBaseline({ service }: Plan, { versions }: TrackState): void {
  if (versions.length === 0) return;
  throw refused(
    `the spec says baseline: fresh, but asked for track=baseline of ${service} the target says that ${versionsText(versions)} runs before there is one; take it away, or leave baseline out if the target knows of none`,
  );
}

/** A step that would give the canary nothing would be waited for in vain, or pass unmeasured. */
function refuseLostWeights({ steps }: Plan, { granularity }: Capabilities): void {
  const lost = weightsOf(steps).find(({ weight }) => weightInForce(weight, granularity) === 0);
  if (lost === undefined) return;
  throw refused(
    `steps[${String(lost.at)}] asks for a weight of ${String(lost.weight)}%, but the splitter sets weights in multiples of ` +
      `${String(granularity)}%, so the canary would get no traffic; give that step at least ${String(granularity)}%, or remove it`,
  );
}

/** What the spec itself shows is refused with it; here a target says that it can do less than its kind. */
function refuseSwap({ promote }: Plan, can: Capabilities): void {
  if (promote !== 'swap') return;
  const lacking = (['check', 'remove', 'split'] as const).filter((call) => !can[call]);
  if (lacking.length === 0) return;
  throw refused(
    `the spec says promote: swap, but the target has no ${lacking.join(' and no ')}, so stable cannot be kept beside a canary with all of the traffic; leave promote out`,
  );
}

function roundedWeights({ steps, first }: Plan, { granularity }: Capabilities): string[] {
  if (granularity === undefined || first) return [];
  return weightsOf(steps).flatMap(({ weight, at }) => {
    const given = weightInForce(weight, granularity);
    if (given === weight) return [];
    return `steps[${String(at)}] asks for ${String(weight)}%, but the splitter sets weights in multiples of ${String(granularity)}%: the canary gets ${String(given)}%`;
  });
}

/** The splitter says what the spec does not: what the judge promises would not hold. */
function undeclaredUsers({ splitBy, metrics }: Plan, split: SplitInForce | null): string[] {
  if (split?.splitBy !== 'user' || splitBy === 'user') return [];
  if (metrics.every(({ kind, comparison }) => kind === 'gauge' || comparison === undefined)) return [];
  return [
    'the splitter keeps each user on one version, but the spec does not say splitBy: user: alpha and beta do not cover the comparisons with stable',
  ];
}

/** What the plan will ask the splitter for. */
function splitsOf({ steps, baseline }: Plan): Split[] {
  return steps.flatMap((step) =>
    step.kind === 'bake' && (step.weight !== null || step.audience !== null)
      ? [
          {
            weight: step.weight ?? 0,
            audience: step.audience,
            ...(baseline === 'fresh' && { baseline: baselineWeight(step.weight ?? 0) }),
          },
        ]
      : [],
  );
}

function weightsOf(steps: Plan['steps']): { weight: number; at: number }[] {
  return steps.flatMap((step, at) =>
    step.kind === 'bake' && step.weight !== null ? [{ weight: step.weight, at }] : [],
  );
}

function missing(can: Capabilities, plan: Plan): string[] {
  const undo = can.remove || plan.stable !== undefined;
  return [
    can.check ? null : 'no check: an accepted effect counts as done, and the end is not read back',
    can.split ? null : 'no split: the target alone decides what the canary gets',
    !can.split || can.read ? null : 'no read: an accepted split counts as in force',
    can.promote ? null : 'no promote: deploy is called with scope all',
    can.remove
      ? null
      : undo
        ? `no remove: a take-back deploys ${plan.stable ?? ''} with scope all`
        : 'no remove, and no stable in the spec: a take-back needs a person',
    can.fence ? null : 'no fence: before it ends, the rollout waits for every attempt without an answer',
  ].filter((sentence) => sentence !== null);
}
