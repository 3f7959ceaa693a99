import { setTimeout as delay } from 'node:timers/promises';
import type {
  Backends,
  Adapter,
  Adapters,
  Deployer,
  Effect,
  Load,
  Metrics,
  Notice,
  Readings,
  Traffic,
} from '../../activities/ports.ts';
import { deployers } from '../../activities/deployers/registry.ts';
import { overtaken, refused, turnedAway, unavailable } from '../../activities/failures.ts';
import { load } from '../../activities/load/registry.ts';
import { metrics } from '../../activities/metrics/registry.ts';
import { notifiers } from '../../activities/notifiers/registry.ts';
import { traffic } from '../../activities/traffic/registry.ts';
import type { Past } from '../../src/judge/compared/calibration.ts';
import { isOlder } from '../../src/domain/fence.ts';
import type { EffectTimes, Fence, Split, Track } from '../../src/domain/rollout.ts';
import type { LoadReport, Reading, Window } from '../../src/judge/samples.ts';

/** The calls that can be made to fail or hang. */
type Name = 'deploy' | 'check' | 'promote' | 'remove' | 'split' | 'read' | 'load' | 'notify';

/** What is to happen to a call: nothing, an answer that is a passing or a final fault, none, or none until it is cut. */
export type Fault = 'none' | 'busy' | 'refused' | 'unavailable' | 'hang';

/**
 * A target, its traffic, its load and its measurements in the test's own memory, behind the real ports: so that
 * procedure tests run the real workflow and the real activities at the speed of a time-skipping server. It keeps
 * the fence as the HTTP contract asks.
 */
export class World {
  stable: string[] = ['v1'];
  stableAlive = true;
  canary: string[] = [];
  baseline: string[] = [];
  /** What the next checks of the baseline say, in place of what is so. */
  baselineSeen: string[][] = [];
  share = 0;
  split: Split = { weight: 0, audience: null };
  /** What the splitter says of how finely it sets weights. */
  granularity: number | undefined;
  /** Where the copies of each track are, for a splitter that has to be told; absent: it has not. */
  addresses: Backends | undefined;
  /** What the splitter was told of that last. */
  backends: Backends | undefined;
  /** Stable is replaced only when the canary has all of the traffic. */
  replacesBehind = false;
  fence: Fence | null = null;
  times: Pick<EffectTimes, 'settle' | 'late'> = { settle: 60_000, late: 40_000 };
  can = { check: true, promote: true, remove: true, split: true, read: true, fence: true };
  /** Every effect that was carried out, in order. */
  readonly effects: string[] = [];
  readonly notices: Notice[] = [];
  /** What a metric says in a window. */
  measure: (metric: string, track: Track, window: Window) => Reading = () => ({ status: 'ok' });
  /** What stable's copies did before. */
  remember: () => Promise<Past> = () => Promise.resolve({ kind: 'rate', copies: [] });
  report: Pick<LoadReport, 'requests' | 'errors'> = { requests: 100, errors: 0 };
  readonly #faults = new Map<Name, Fault[]>();
  readonly #always = new Map<Name, Fault>();
  readonly calls: Record<Name, number> = {
    deploy: 0,
    check: 0,
    promote: 0,
    remove: 0,
    split: 0,
    read: 0,
    load: 0,
    notify: 0,
  };
  /** What is started in place of the version that is asked for. */
  mistaken: string | null = null;
  /** The highest weight that the canary ever had. */
  highest = 0;

  /** What happens at each split that is carried out. */
  atSplit: () => void = () => {};

  /** What happens just before the next promotion is answered, whatever the answer. */
  atPromotion: (() => void) | null = null;

  /** The next calls of this name fail so, one after the other. */
  fail(name: Name, ...faults: Fault[]): void {
    this.#faults.set(name, faults);
  }

  /** Every call of this name fails so, until told otherwise. */
  failAlways(name: Name, fault: Fault): void {
    this.#always.set(name, fault);
  }

  get adapters(): Adapters {
    return {
      deployers: {
        ...deployers,
        http: inMemory(deployers.http, ({ ready, drain }) => this.#deployer({ ready, drain })),
      },
      traffic: { ...traffic, http: inMemory(traffic.http, () => this.#traffic()) },
      load: {
        ...load,
        http: inMemory(load.http, () => this.#load()),
        command: inMemory(load.command, () => this.#load()),
      },
      metrics: {
        ...metrics,
        http: inMemory(metrics.http, ({ name }) => this.#source(name)),
        prometheus: inMemory(metrics.prometheus, ({ name }) => ({
          ...this.#source(name),
          past: () => this.remember(),
        })),
        load: inMemory(metrics.load, ({ kind }) => this.#loadSource(kind)),
      },
      notifiers: {
        ...notifiers,
        webhook: inMemory(notifiers.webhook, () => ({
          notify: (notice, { signal }) => this.#notify(notice, signal),
        })),
      },
    };
  }

  #deployer(own: Pick<EffectTimes, 'ready' | 'drain'>): Deployer {
    const { check, promote, remove } = this.can;
    return {
      can: { check, promote, remove },
      times: { ...this.times, ...own },
      ...(this.replacesBehind && { replacesBehind: true }),
      deploy: ({ version, stable }, { share, baseline }, effect) =>
        this.#effect('deploy', deployed(version, share, baseline ? stable : null), effect, () => {
          this.canary = [this.mistaken ?? version];
          this.baseline = baseline && stable !== null ? [stable] : [];
          this.share = share;
        }),
      check: async (_release, track, { signal }) => {
        await this.#meet('check', signal);
        const versions = (track === 'baseline' && this.baselineSeen.shift()) || this[track];
        return {
          alive: versions.length > 0 && (track !== 'stable' || this.stableAlive),
          versions: [...versions],
          url: 'http://canary.test',
          ...(track !== 'stable' &&
            this.addresses !== undefined && { addresses: [...this.addresses[track]] }),
          fence: this.can.fence,
        };
      },
      promote: ({ version }, effect) =>
        this.#effect('promote', `promote ${version}`, effect, () => {
          this.stable = [version];
          this.stableAlive = true;
        }),
      remove: ({ stable }, effect) => {
        if (this.can.remove)
          return this.#effect('remove', 'remove', effect, () => {
            this.canary = [];
            this.baseline = [];
          });
        if (stable === null)
          return Promise.reject(
            refused(
              'the target has no remove and the spec names no stable: put back by hand what served before',
            ),
          );
        return this.#effect('deploy', `deploy ${stable} all`, effect, () => {
          this.stable = [stable];
          this.canary = [];
        });
      },
    };
  }

  #traffic(): Traffic {
    const { split, read } = this.can;
    return {
      can: { split, read, ...(this.addresses !== undefined && { backends: true }) },
      split: (_release, wanted, backends, effect) =>
        this.#effect(
          'split',
          `split ${String(wanted.weight)}${wanted.audience === null ? '' : ' audience'}${(wanted.baseline ?? 0) > 0 ? ` baseline ${String(wanted.baseline)}` : ''}`,
          effect,
          () => {
            this.split = { ...wanted };
            this.backends = backends;
            this.atSplit();
            this.highest = Math.max(this.highest, wanted.weight);
          },
        ),
      read: async (_release, { signal }) => {
        await this.#meet('read', signal);
        return { ...this.split, ...(this.granularity !== undefined && { granularity: this.granularity }) };
      },
    };
  }

  #source(metric: string): Metrics {
    return {
      remembers: true,
      collect: ({ tracks, window }) => {
        const readings = tracks.map((track) => [track, this.measure(metric, track, window)] as const);
        return Promise.resolve({ ...(Object.fromEntries(readings) as Readings), cursor: null });
      },
    };
  }

  #load(): Load {
    return { generate: (run, progress, { signal }) => this.#generate(run.window, progress, signal) };
  }

  #loadSource(kind: string): Metrics {
    return {
      remembers: false,
      collect: ({ report }) => {
        if (report === null) return Promise.resolve({ canary: { missing: 'no load report' }, cursor: null });
        const { errors: events, requests: total, latency } = report;
        const canary = kind === 'rate' ? { events, total } : { value: latency.p99 ?? 0, n: total };
        return Promise.resolve({ canary, cursor: null });
      },
    };
  }

  async #generate(
    window: Window,
    progress: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<LoadReport> {
    await this.#meet('load', signal);
    const report = { ...emptyReport, ...this.report, window };
    progress(report);
    return report;
  }

  async #notify(notice: Notice, signal: AbortSignal): Promise<void> {
    await this.#meet('notify', signal);
    this.notices.push(notice);
  }

  async #effect(name: Name, label: string, { fence, signal }: Effect, act: () => void): Promise<void> {
    await this.#meet(name, signal);
    if (this.can.fence && this.fence !== null && isOlder(fence, this.fence))
      throw overtaken(`${label}: the target has accepted a newer effect`);
    this.fence = fence;
    act();
    this.effects.push(label);
  }

  /** Meets the fault that is due. */
  async #meet(name: Name, signal: AbortSignal): Promise<void> {
    this.calls[name] += 1;
    if (name === 'promote') {
      this.atPromotion?.();
      this.atPromotion = null;
    }
    const fault = this.#faults.get(name)?.shift() ?? this.#always.get(name) ?? 'none';
    if (fault === 'busy') throw turnedAway(`${name} answered 503`);
    if (fault === 'unavailable') throw unavailable(`${name} gave no whole answer`);
    if (fault === 'refused') throw refused(`${name} answered 404, expected 2xx`);
    if (fault === 'hang') await delay(600_000, undefined, { signal });
    signal.throwIfAborted();
  }
}

/** It declares what the real one does. */
export function inMemory<Plan, Port>(
  { uses }: Adapter<Plan, Port>,
  connect: (plan: Plan) => Port,
): Adapter<Plan, Port> {
  return { uses, connect };
}

const emptyReport = {
  missed: 0,
  classes: {},
  latency: { n: 100, p50: 1, p90: 2, p99: 3, max: 4 },
};

function deployed(version: string, share: number, baseline: string | null): string {
  const size = String(share);
  return `deploy ${version} ${size}${baseline === null ? '' : ` and ${baseline} ${size}`}`;
}
