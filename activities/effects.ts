import { activityInfo } from '@temporalio/activity';
import type { Fence, Split, Track, TrackState } from '../src/domain/rollout.ts';
import type { Plan } from '../src/spec/schema.ts';
import { deployerOf, effectOf, trafficOf, type Outside } from './adapters.ts';
import { whileBeating } from './heartbeat.ts';
import type { Deployer, Release } from './ports.ts';
import { stillInTime, untilReady } from './until-ready.ts';
import { describeSplit, sameSplit, soleVersion } from './read-back.ts';

/** What every effect gets. */
export interface Order {
  plan: Plan;
  release: Release;
  fence: Fence;
  /** Milliseconds that it may take until it is read back, over all attempts. */
  within: number;
}

/** What an effect that was carried out says. */
export interface Done {
  /** It was read back from the target. */
  verified: boolean;
  /** More than one: an earlier attempt may have gone without an answer. */
  attempts: number;
  /** Where load reaches the track past the split, if the target says so. */
  url: string | null;
}

/** The outside effects of a rollout. Each is idempotent, carries the fence, and returns once it is read back. */
export function effects(outside: Outside) {
  async function carryOut(
    order: Order,
    track: Track,
    act: (deployer: Deployer) => Promise<void>,
    wanted: string,
    ready: (state: TrackState) => boolean,
  ): Promise<Done> {
    const deployer = deployerOf(order.plan, outside);
    return whileBeating(
      () => undefined,
      async () => {
        await stillInTime(outside.clock, order.within, wanted);
        await act(deployer);
        if (!deployer.can.check) return done(false, null);
        const ask = (signal: AbortSignal): Promise<TrackState> =>
          deployer.check(order.release, track, { signal });
        const state = await untilReady(outside.clock, order.within, wanted, ask, ready);
        return done(true, state.url ?? null);
      },
    );
  }

  return {
    /** Starts the canary, or resizes it to `share` per cent of stable's capacity; ready once it is alive. */
    deploy(order: Order & { share: number }): Promise<Done> {
      const { release, share, fence } = order;
      const { version } = release;
      const act = (deployer: Deployer): Promise<void> => deployer.deploy(release, share, effectOf(fence));
      return carryOut(
        order,
        'canary',
        act,
        `the canary alive with version ${version} alone`,
        soleVersion(version),
      );
    },

    /** Splits live traffic; in force once it is read back. */
    shiftTraffic(order: Order & { split: Split }): Promise<Done> {
      const { plan, release, split, fence, within } = order;
      const traffic = trafficOf(plan, outside);
      if (traffic === null) return Promise.resolve(done(false, null));
      return whileBeating(
        () => undefined,
        async () => {
          const wanted = `traffic split as ${describeSplit(split)}`;
          await stillInTime(outside.clock, within, wanted);
          await traffic.split(release, split, effectOf(fence));
          if (!traffic.can.read) return done(false, null);
          const ask = (signal: AbortSignal): Promise<Split> => traffic.read(release, { signal });
          await untilReady(
            outside.clock,
            within,
            `traffic split as ${describeSplit(split)}`,
            ask,
            sameSplit(split),
          );
          return done(true, null);
        },
      );
    },

    /** Makes every stable copy the new version; ready once they all are. */
    promote(order: Order): Promise<Done> {
      const { release, fence } = order;
      const { version } = release;
      const act = (deployer: Deployer): Promise<void> => deployer.promote(release, effectOf(fence));
      return carryOut(
        order,
        'stable',
        act,
        `stable alive with version ${version} alone`,
        soleVersion(version),
      );
    },

    /** Takes the canary away; done once none of it runs. */
    remove(order: Order): Promise<Done> {
      const act = (deployer: Deployer): Promise<void> =>
        deployer.remove(order.release, effectOf(order.fence));
      return carryOut(
        order,
        'canary',
        act,
        'no copy of the canary left',
        (state) => state.versions.length === 0,
      );
    },
  };
}

function done(verified: boolean, url: string | null): Done {
  return { verified, url, attempts: activityInfo().attempt };
}
