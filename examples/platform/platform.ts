import { once } from 'node:events';
import { join } from 'node:path';
import {
  isOlder,
  splitSchema,
  trackNames,
  type Answer,
  type Effect,
  type Fence,
  type Question,
  type TrackName,
} from './contract.ts';
import type { Workplace } from './copy.ts';
import { loadState, saveState, type State } from './state.ts';
import { Track } from './track.ts';
import { commandOf, isKnown, noSuchVersion } from './versions.ts';

const noTraffic: State['split'] = { weight: 0, audience: null };

export interface PlatformOptions extends Workplace {
  /** What serves at the very first start; null for a platform that waits for its first release. */
  stable: string | null;
  /** How many copies stable has. */
  copies: number;
  /** What the front door assigns to a track. */
  splitBy: 'request' | 'user';
}

/**
 * The six calls of docs/http-contract.md over processes of this machine. It runs one service, under whatever
 * name. An effect is written down, answered with 202 and then carried out; `check` says how far it is.
 */
export class Platform {
  readonly #directory: string;
  readonly #file: string;
  readonly #copies: number;
  readonly #splitBy: PlatformOptions['splitBy'];
  readonly #state: State;
  readonly #tracks: Record<TrackName, Track>;

  /** Throws if what is to run is not among the versions. */
  constructor(options: PlatformOptions) {
    this.#directory = options.directory;
    this.#file = join(options.directory, 'state.json');
    this.#copies = options.copies;
    this.#splitBy = options.splitBy;
    this.#state = loadState(this.#file) ?? {
      stable: options.stable === null ? null : { version: options.stable, copies: options.copies },
      canary: null,
      baseline: null,
      split: noTraffic,
      promoting: null,
      fences: {},
    };
    for (const name of trackNames) if (this.#state[name]) commandOf(this.#state[name].version);
    this.#tracks = {
      stable: new Track('stable', options),
      canary: new Track('canary', options),
      baseline: new Track('baseline', options),
    };
    this.#tracks.stable.on('settled', () => this.#promoted());
    this.#carryOut();
  }

  /** Waits until what the state asks for runs. Throws if stable cannot be started. */
  async ready(): Promise<void> {
    for (const track of Object.values(this.#tracks)) if (!track.settled) await once(track, 'settled');
    if (!this.#tracks.stable.done)
      throw new Error(`stable does not start: see copies.log in ${this.#directory}`);
  }

  /** Ends every copy. */
  end(): void {
    for (const track of Object.values(this.#tracks)) track.end();
  }

  get split(): State['split'] {
    return this.#state.split;
  }

  track(name: TrackName): Track {
    return this.#tracks[name];
  }

  /** Accepts an effect, or refuses it: 409 if it was overtaken, 422 if there is no such version. */
  effect(effect: Effect): Answer {
    const last = this.#state.fences[effect.service];
    if (last !== undefined && isOlder(effect.fence, last)) {
      return refuse(409, `the fence ${text(effect.fence)} is older than the last one, ${text(last)}`);
    }
    const starts = effect.call === 'deploy' || effect.call === 'promote';
    if (starts && !isKnown(effect.version)) return refuse(422, noSuchVersion(effect.version));
    this.#state.fences[effect.service] = effect.fence;
    this.#wish(effect);
    saveState(this.#file, this.#state);
    if (effect.call !== 'split') this.#carryOut();
    return { status: 202, body: {} };
  }

  async answer(question: Question): Promise<Answer> {
    if (question.call === 'read') {
      return { status: 200, body: { ...this.split, ...(this.#splitBy === 'user' && { splitBy: 'user' }) } };
    }
    const track = this.#tracks[question.track];
    const alive = await track.alive();
    // The address of one copy: load against the canary alone goes there, past the front door and its counters.
    const url = track.serving[0]?.url;
    return { status: 200, body: { alive, versions: track.versions, url, fence: true, failed: track.failed } };
  }

  #wish(effect: Effect): void {
    const state = this.#state;
    switch (effect.call) {
      case 'deploy':
        if (effect.scope === 'all') {
          state.stable = { version: effect.version, copies: this.#copies };
          this.#takeCanaryAway();
        } else {
          const copies = Math.max(1, Math.ceil((effect.share / 100) * this.#copies));
          state.canary = { version: effect.version, copies };
          state.baseline = effect.baseline && state.stable ? { ...state.stable, copies } : null;
        }
        break;
      case 'split':
        state.split = splitSchema.parse(effect);
        break;
      case 'promote':
        state.promoting ??= { from: state.stable?.version ?? null };
        state.stable = { version: effect.version, copies: this.#copies };
        break;
      case 'remove':
        // A promotion under way ends, and stable is made whole again: all new or all old, nothing between.
        if (state.promoting !== null) state.stable = this.#stableOf(state.promoting.from);
        this.#takeCanaryAway();
    }
  }

  #takeCanaryAway(): void {
    this.#state.canary = null;
    this.#state.baseline = null;
    this.#state.split = noTraffic;
    this.#state.promoting = null;
  }

  #stableOf(version: string | null): State['stable'] {
    return version === null ? null : { version, copies: this.#copies };
  }

  #carryOut(): void {
    for (const name of trackNames) this.#tracks[name].want(this.#state[name]);
  }

  #promoted(): void {
    if (this.#state.promoting === null || !this.#tracks.stable.done) return;
    this.#state.promoting = null;
    saveState(this.#file, this.#state);
  }
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } };
}

function text({ epoch, number }: Fence): string {
  return `${epoch}/${number}`;
}
