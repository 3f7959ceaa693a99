import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { runsOnly, type Fence, type Split, type Track, type TrackState } from '../src/domain/rollout.ts';
import { noTraffic, sameSplit, splitLabel } from '../src/domain/split.ts';
import type { Plan } from '../src/spec/schema.ts';
import { deployerOf, trafficOf, type Outside } from './adapters.ts';
import { Answers } from './answered.ts';
import { whileBeating } from './heartbeat.ts';
import type { Backends, Call, Deployer, Effect, Release, Traffic } from './ports.ts';
import { inTime, untilReady } from './until-ready.ts';

/** What an effect needs of the plan. The whole of it would be in the history once for each effect. */
export type EffectPlan = Pick<Plan, 'target' | 'traffic' | 'baseline'>;

/** What every effect gets. */
export interface Order {
  plan: EffectPlan;
  release: Release;
  fence: Fence;
  /** Milliseconds that it may take until it is read back, over all attempts. */
  within: number;
}

/** What an effect that was carried out says. */
export interface Done {
  attempts: number;
  /** An attempt may have gone without an answer, and act late. Absent in what rollouts were told before. */
  unanswered?: boolean;
  /** Where load reaches the track past the split, if the target says so. */
  url: string | null;
  /** What the track has otherwise than stable, if the target says so. */
  changed?: string[];
  /** How many copies of the track there are to be, if the target counts them. */
  copies?: number;
  /** Of a shift: what stable runs beside it; null or absent where nobody could tell. */
  stable?: TrackState | null;
}

/** What is waited for after an effect was accepted: null where the target cannot tell. */
interface Awaited<Answer> {
  /** As a noun, for people. */
  wanted: string;
  ask: ((call: Call) => Promise<Answer>) | null;
  ready: (answer: Answer) => boolean;
  /** Why the target has given up; undefined while it has not. */
  failed: (answer: Answer) => string | undefined;
}

type TrackStates = { [T in Track]?: TrackState };

/** The outside effects of a rollout. Each is idempotent, carries the fence, and returns once it is read back. */
export function effects(outside: Outside) {
  /** Acts, and asks until it is so; null where the target cannot tell. */
  function carryOut<Answer>(
    { within, fence }: Order,
    answers: Answers,
    act: (effect: Effect) => Promise<void>,
    { wanted, ask, ready, failed }: Awaited<Answer>,
  ): Promise<Answer | null> {
    const { clock } = outside;
    let how: string | undefined;
    const progress = (what: string): void => {
      how = what;
    };
    return whileBeating(
      () =>
        inTime(clock, within, wanted, async (signal) => {
          await answers.to(() => act({ fence, signal, progress }));
          progress(`waiting for ${wanted}`);
          if (ask === null) return null;
          return untilReady(clock, within, wanted, () => ask({ signal }), ready, failed);
        }),
      () => ({ ...answers.told, ...(how !== undefined && { progress: how }) }),
    );
  }

  async function deployed(
    order: Order,
    tracks: readonly Track[],
    act: (deployer: Deployer, effect: Effect) => Promise<void>,
    wanted: string,
    ready: (state: TrackState, track: Track) => boolean,
  ): Promise<Done> {
    const deployer = deployerOf(order.plan, outside);
    const askAll = async (call: Call): Promise<TrackStates> => {
      const ask = async (track: Track) => [track, await deployer.check(order.release, track, call)] as const;
      return Object.fromEntries(await Promise.all(tracks.map(ask)));
    };
    return answering(async (answers) => {
      const states = await carryOut(order, answers, (effect) => act(deployer, effect), {
        wanted,
        ask: deployer.can.check ? askAll : null,
        ready: (found) => Object.entries(found).every(([track, state]) => ready(state, track as Track)),
        failed: (found) => Object.values(found).find(({ failed }) => failed !== undefined)?.failed,
      });
      const [first = 'canary'] = tracks;
      const { url = null, changed, copies } = states?.[first] ?? {};
      return {
        url,
        ...(changed !== undefined && { changed }),
        ...(copies !== undefined && { copies: copies.wanted }),
      };
    });
  }

  /** Asked anew at each attempt: a copy may have come or gone. Traffic that goes back asks nobody. */
  async function backendsFor(
    { plan, release, split }: Order & { split: Split },
    { can }: Traffic,
    call: Call,
  ): Promise<Backends> {
    const deployer = deployerOf(plan, outside);
    const addressesOf = async (track: Track, getsTraffic: boolean): Promise<readonly string[]> => {
      if (can.backends !== true || !deployer.can.check || !getsTraffic) return [];
      return (await deployer.check(release, track, call)).addresses ?? [];
    };
    const [canary, baseline] = await Promise.all([
      addressesOf('canary', split.weight > 0 || split.audience !== null),
      addressesOf('baseline', (split.baseline ?? 0) > 0),
    ]);
    return { canary, baseline };
  }

  /**
   * Traffic that goes back waits for no further answer. Elsewhere the question ends with the effect's own time, and one
   * without an answer undoes no shift.
   */
  async function stableBeside(
    { plan, release, within }: Order,
    answers: Answers,
    split: Split,
  ): Promise<TrackState | null> {
    const deployer = deployerOf(plan, outside);
    if (!deployer.can.check || sameSplit(split, noTraffic)) return null;
    try {
      return await whileBeating(
        () =>
          inTime(outside.clock, within, 'what stable runs', (signal) =>
            deployer.check(release, 'stable', { signal }),
          ),
        () => answers.told,
      );
    } catch {
      cancellationSignal().throwIfAborted();
      return null;
    }
  }

  return {
    /** Starts the canary, or resizes it to `share` per cent of stable's capacity, and the baseline; ready once alive. */
    deploy(order: Order & { share: number }): Promise<Done> {
      const { release, share } = order;
      const { version, stable } = release;
      const baseline = order.plan.baseline === 'fresh';
      const beside = baseline ? `, and the baseline with ${stable ?? 'nothing'}` : '';
      return deployed(
        order,
        besideStable(order.plan),
        (deployer, effect) => deployer.deploy(release, { share, baseline }, effect),
        `the canary alive with version ${version} alone${beside}`,
        (state, track) => runsOnly(track === 'canary' ? version : stable, state),
      );
    },

    /**
     * Splits live traffic; in force once it is read back. `most`: the weight that the step allows, if it differs; `from`: what
     * the rollout counts on having in force until then.
     */
    shiftTraffic(order: Order & { split: Split; most?: number; from?: Split }): Promise<Done> {
      const { plan, release, split, most, from } = order;
      const traffic = trafficOf(plan, outside);
      return answering(async (answers) => {
        if (traffic === null) answers.over();
        else
          await carryOut(
            order,
            answers,
            async (effect) =>
              traffic.split(release, split, await backendsFor(order, traffic, effect), {
                ...effect,
                ...(from !== undefined && { from }),
              }),
            {
              wanted: `traffic split as ${splitLabel(split)}`,
              ask: traffic.can.read ? (call) => traffic.read(release, call) : null,
              ready: (found) => sameSplit(found, split, most),
              failed: () => undefined,
            },
          );
        return { url: null, stable: await stableBeside(order, answers, split) };
      });
    },

    /** Makes every stable copy the new version; ready once they all are. */
    promote(order: Order): Promise<Done> {
      const { release } = order;
      const { version } = release;
      return deployed(
        order,
        ['stable'],
        (deployer, effect) => deployer.promote(release, effect),
        `stable alive with version ${version} alone`,
        (state) => runsOnly(version, state),
      );
    },

    /** Takes the canary away, and the baseline; done once nothing of them runs. */
    remove(order: Order): Promise<Done> {
      return deployed(
        order,
        besideStable(order.plan),
        (deployer, effect) => deployer.remove(order.release, effect),
        `no copy of the ${besideStable(order.plan).join(' and the ')} left`,
        (state) => state.versions.length === 0,
      );
    },
  };
}

/** What an effect says or fails with, and whether an attempt of it may still act. */
async function answering(
  work: (answers: Answers) => Promise<Omit<Done, 'attempts' | 'unanswered'>>,
): Promise<Done> {
  const answers = new Answers();
  try {
    const done = await work(answers);
    return { ...done, attempts: activityInfo().attempt, unanswered: answers.unanswered };
  } catch (reason) {
    throw answers.fault(reason);
  }
}

/** Tracks that run beside stable while a rollout goes on. */
function besideStable({ baseline }: EffectPlan): Track[] {
  return baseline === 'fresh' ? ['canary', 'baseline'] : ['canary'];
}
