import type { NoticeEvent } from '../src/domain/notice.ts';
import type { Executable } from '../src/commands.ts';
import type { Hiding } from './hiding.ts';
import type { Past } from '../src/judge/compared/calibration.ts';
import type { EffectTimes, Fence, Split, Track, TrackState } from '../src/domain/rollout.ts';
import type { SplitInForce } from '../src/domain/split.ts';
import type { LoadReport, Reading, Window } from '../src/judge/samples.ts';
import type { LoadPlan, MetricPlan, NotifyPlan, TargetPlan, TrafficPlan } from '../src/spec/schema.ts';

/** What a rollout releases: given to every call. */
export interface Release {
  service: string;
  version: string;
  /** What serves today; null at a first release or where nobody can tell. */
  stable: string | null;
}

/** What every call gets besides: it ends the call at once when aborted. */
export interface Call {
  signal: AbortSignal;
}

/** An outside effect: repeating it is harmless, and a target that can refuses one that is older than its last. */
export interface Effect extends Call {
  fence: Fence;
  /** Told how far it is, in a few words, while it takes long: the Web UI shows the newest. */
  progress?: (what: string) => void;
}

/**
 * Puts versions into the target and takes them away.
 *
 * An adapter guarantees: each effect is idempotent and carries the fence; a call ends soon after its signal;
 * a fault that another try may mend is thrown as a retryable ApplicationFailure, any other as a non-retryable
 * one, and either says what was found, where and what to do. A retryable one is `unavailable` if what was asked may still be
 * done late, and `turnedAway` if it cannot (`failures.ts`); a non-retryable one says that it cannot.
 * `can` says what the target offers.
 */
export interface Deployer {
  readonly can: { check: boolean; promote: boolean; remove: boolean };
  readonly times: EffectTimes;
  /** Copies of stable cannot be replaced under traffic: `promote` is called when the canary has all of it. */
  readonly replacesBehind?: true;
  /** Start the canary, or resize it, and the baseline with it. Returns once accepted. */
  deploy(release: Release, capacity: Capacity, effect: Effect): Promise<void>;
  /** What runs of a track, and whether the target refuses older effects. Only where `can.check`. */
  check(release: Release, track: Track, call: Call): Promise<TrackState & { fence: boolean }>;
  /** Make every stable copy run the release's version. Returns once accepted. */
  promote(release: Release, effect: Effect): Promise<void>;
  /**
   * Take the canary away, and the baseline; where the target has no such call, put the stable version back everywhere.
   * Throws non-retryably where neither can be done, saying what a person has to do.
   */
  remove(release: Release, effect: Effect): Promise<void>;
}

/** How much is to run beside stable. */
interface Capacity {
  /** Of the canary, and of the baseline, each in per cent of stable's. */
  share: number;
  /** Besides the canary, as many copies of stable's version, started with it. */
  baseline: boolean;
}

/** URLs of the copies that are to get traffic, of each track; empty for those that get none, and where nobody asks for them. */
export type Backends = Record<Exclude<Track, 'stable'>, readonly string[]>;

/** A split is put in place of another. */
interface Shift extends Effect {
  /** What the rollout has put in force before; absent: it does not count on any. */
  from?: Split;
}

/** Splits live traffic between stable and canary, and the baseline. The same guarantees as a Deployer's. */
export interface Traffic {
  readonly can: {
    split: boolean;
    read: boolean;
    /** It has to be told where the copies are. */
    backends?: true;
    /** It cannot refuse an older effect whatever happens at the same moment, whether or not the target can. */
    fence?: false;
  };
  /** Give canary and baseline their parts of live traffic, and the canary the audience, and no more. */
  split(release: Release, split: Split, backends: Backends, effect: Shift): Promise<void>;
  /**
   * The split in force, how finely the splitter sets weights, if it is not exact, and whether it keeps each user on one
   * version, if it says so. Only where `can.read`.
   */
  read(release: Release, call: Call): Promise<SplitInForce>;
  /**
   * Throws, before anything is touched, what `split` would throw for one of these splits. Absent: that shows only once it is
   * asked for.
   */
  rehearse?(release: Release, splits: readonly Split[], call: Call): Promise<void>;
}

/** What a load run is to do, with the address already chosen. */
export interface LoadRun {
  release: Release;
  url: string;
  /** When the load began (for an attempt that goes on with it) and ends, in ms since 1970. */
  window: Window;
  /** One that has not begun lasts as long whenever it does, and need not end with its window: the report has its own. */
  movable?: boolean;
  /** What an earlier attempt had sent and seen. */
  soFar: LoadReport | null;
}

/**
 * Generates load at the rate asked. Guarantees: ends at the window's end and soon after the signal; calls
 * `progress` at least each second with all that was seen, `soFar` included; counts every request once.
 */
export interface Load {
  generate(run: LoadRun, progress: (soFar: LoadReport) => void, call: Call): Promise<LoadReport>;
}

/** One look asked of a source. */
export interface Look {
  release: Release;
  /** The canary, and what it is compared with, if it is. */
  tracks: readonly Track[];
  window: Window;
  /** What the source gave last time, for those that count on (null at first); plain and small. */
  cursor: unknown;
  /** The load's report, where one has just ended. */
  report: LoadReport | null;
}

/** What was read of each track that was asked for. */
export type Readings = { [T in Track]?: Reading };

/**
 * Measures one metric in one window.
 *
 * Guarantees: throws nothing but at its signal: what could not be measured is a reading `missing` with the
 * reason, in one sentence with the address. `remembers` says that it can still measure windows long closed.
 * Never a stale or guessed number.
 */
export interface Metrics {
  readonly remembers: boolean;
  /** Milliseconds after a window's end at which it can be read, as far as is known now; absent: at once. */
  lag?(look: Pick<Look, 'release' | 'tracks' | 'cursor'>, call: Call): Promise<number>;
  /** `note`: what people should know of how it was measured, in one sentence; absent: nothing. */
  collect(look: Look, call: Call): Promise<Readings & { cursor: unknown; note?: string }>;
  /** What stable's copies did in a stretch of the past; absent where nothing remembers. Throws as a Deployer does. */
  past?(release: Release, window: Window, call: Call): Promise<Past>;
}

/** What people are told of. */
export interface Notice {
  event: NoticeEvent;
  rollout: string;
  service: string;
  version: string;
  phase: string;
  outcome: string | null;
  /** One sentence: what happened and what to do. */
  text: string;
  /** ISO time. */
  at: string;
}

/** Tells people. Throws as a Deployer does; the same notice may come twice. */
export interface Notifier {
  notify(notice: Notice, call: Call): Promise<void>;
}

/**
 * What an adapter may use of the worker: what it declares in `uses` and the operator allows. Each throws a non-retryable
 * `NotAllowed` failure for what specs may not use, and an `AdapterFault` for what the adapter did not declare.
 */
export interface Grants {
  /** The value of a secret that goes to this URL, or to a `command`. Throws, too, if it has no value. */
  secret(name: string, goesTo: string): string;
  /** Throws as `secret` does; null: where it goes is not known yet. */
  checkSecret(name: string, goesTo: string | null): void;
  /** A URL that is a secret itself, whose host specs must be allowed to use, too. Throws without showing it. */
  secretUrl(name: string): string;
  /** Hides every secret of the worker in what somebody else wrote. */
  readonly hiding: Hiding;
  /** Before each request: the host (and port) of its URL. */
  checkUrl(url: string): void;
  /** A command of the worker's machine. Throws, too, if that has none of this name. */
  command(name: string): Executable;
  /** An environment variable that is set for a command. */
  checkCommandVariable(name: string): void;
  /** Before each effect that writes there: a directory of the worker's machine. */
  checkDirectory(path: string): void;
  /** Before each connection: the path of a Unix domain socket, or of a named pipe. */
  checkSocket(path: string): void;
  /** Before an image is used that a spec names: its name, with what stands for `$version` and `$service`. */
  checkImage(image: string): void;
  /** Before each call: a namespace of a context of the worker's kubeconfig; an empty context: the cluster that it has without one. */
  checkNamespace(context: string, namespace: string): void;
}

/** One thing that an adapter uses of the worker. */
export type Use = {
  /** Where the plan that the adapter gets asks for it, for messages: `headers.authorization`. */
  at: string;
} & (
  | {
      /** Requests to the host of this URL; null: to one that the target will tell, so any that specs may use. */
      url: string | null;
    }
  | {
      /** The name of a secret. */
      secret: string;
      /** A URL that it is sent to, or `command`; null: one that is not known yet. */
      goesTo: string | null;
    }
  | {
      /** The name of a secret that is a URL. */
      secretUrl: string;
    }
  | { command: string }
  | {
      /** An environment variable of a command. */
      variable: string;
    }
  | {
      /** A directory that it writes to. */
      directory: string;
    }
  | {
      /** The path of a Unix domain socket, or of a named pipe. */
      socket: string;
    }
  | {
      /** The name of an image that it runs; `$version` and `$service` may stand for what is not known yet. */
      image: string;
    }
  | {
      /** A context of the worker's kubeconfig; empty: its current one, or the cluster that the worker runs in. */
      context: string;
      namespace: string;
    }
);

/** What stands behind one `type` of a spec. */
export interface Adapter<Plan, Port> {
  /**
   * Everything that the adapter uses for this plan. It is held against the operator's lists before a rollout begins;
   * what is not in it is refused.
   */
  uses: (plan: Plan) => Use[];
  /** Makes the adapter for what a spec says. It is granted what it declares, and nothing else. */
  connect: (plan: Plan, grants: Grants) => Port;
}

/** One line per kind; a kind of the schema without its line does not compile. */
export type Registry<Plan extends { type: string }, Port> = {
  [Type in Plan['type']]: Adapter<Extract<Plan, { type: Type }>, Port>;
};

/** The load of one kind. */
export type LoadOf<Type extends LoadPlan['type']> = Extract<LoadPlan, { type: Type }>;

/** A metric with its source: what the Metrics registry is keyed by. */
export type MetricOf<Type extends MetricPlan['source']['type']> = From<MetricPlan, Type>;

type From<Metric, Type> = Metric extends { source: { type: infer Types } }
  ? Type extends Types
    ? Metric & { source: { type: Type } }
    : never
  : never;

/** All adapters, by port. */
export interface Adapters {
  deployers: Registry<TargetPlan, Deployer>;
  traffic: Registry<TrafficPlan, Traffic>;
  load: Registry<LoadPlan, Load>;
  metrics: { [Type in MetricPlan['source']['type']]: Adapter<MetricOf<Type>, Metrics> };
  notifiers: Registry<NotifyPlan, Notifier>;
}
