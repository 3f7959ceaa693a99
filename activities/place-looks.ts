/** Looks at what stands on the target while a chapter is watched: what someone else changes there is seen within seconds. */
import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { differs, isNoEvidence, type Known, type PlaceSeen } from '../src/domain/drift.ts';
import { clipped, mostOfAReason } from '../src/judge/sentences.ts';
import { deployerOf, trafficOf, type Outside } from './adapters.ts';
import type { EffectPlan } from './effects.ts';
import type { Release } from './ports.ts';

/** A place to look at, and what the rollout knows of it. */
export interface PlaceToWatch {
  plan: EffectPlan;
  known: Known;
}

/** A look that takes longer is given up (ms). */
const longestLook = 15_000;

/** A look begins this often, whatever the ticks do (ms). */
const between = 10_000;

/** What differs has to do so again after this (ms). */
const again = 2_000;

/** The end of a chapter waits for its last look no longer than this (ms). */
const lastLook = 3_000;

/** People are told of a place that could not be read so many times in a row. */
const mostUnread = 3;

/**
 * One look at a time, beside the ticks; the ticks never wait for it. A target that does not answer is nobody's change: it
 * leaves what is known as it is.
 */
export class PlaceLooks {
  /** What someone else has changed, as seen twice in a row; null: nothing. */
  found: PlaceSeen | null = null;
  /** So many ticks were over when the place was last seen as the rollout knows it. */
  good = 0;
  #ticks = 0;
  readonly #changed = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #under: Promise<void> | null = null;
  #unread: string[] = [];
  readonly #place: PlaceToWatch;
  readonly #release: Release;
  readonly #outside: Outside;

  constructor(place: PlaceToWatch, release: Release, outside: Outside) {
    this.#place = place;
    this.#release = release;
    this.#outside = outside;
  }

  /** Whether the ticks after the last good look show nothing about the step. */
  get isNoEvidence(): boolean {
    return this.found !== null && isNoEvidence(this.#place.known, this.found);
  }

  /** Why the place cannot be read, where that goes on; null: it can. */
  get unread(): string | null {
    return this.#unread.length < mostUnread ? null : (this.#unread.at(-1) ?? null);
  }

  /** Aborted once someone else has changed the place. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  /**
   * Looks now, and from then on until `stop`.
   *
   * @param ticks so many are over
   */
  start(ticks: number): void {
    this.#ticks = ticks;
    this.#begin();
    this.#timer = setInterval(() => {
      this.#begin();
    }, between);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** So many ticks are over by now. */
  count(ticks: number): void {
    this.#ticks = ticks;
  }

  #begin(): void {
    this.#under ??= this.#look(this.#ticks).finally(() => {
      this.#under = null;
    });
  }

  /** Looks once more, for a short time. */
  async last(): Promise<void> {
    if (this.found !== null) return;
    const looked = (async () => {
      await this.#under;
      if (this.found !== null) return;
      this.#begin();
      await this.#under;
    })();
    await Promise.race([looked, delay(lastLook + again, undefined, { ref: false })]);
  }

  async #look(ticks: number): Promise<void> {
    const { known } = this.#place;
    const first = await this.#ask();
    if (first === null) return;
    if (differs(known, first)) {
      await delay(again, undefined, { signal: cancellationSignal() }).catch(() => undefined);
      const second = await this.#ask();
      if (second === null) return;
      if (!differs(known, second)) return;
      this.found = second;
      this.#changed.abort();
      return;
    }
    if (this.#unread.length === 0) this.good = Math.max(this.good, ticks);
  }

  /** What can be read; null if it is of no use any more. */
  async #ask(): Promise<PlaceSeen | null> {
    const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(longestLook)]);
    const { known, plan } = this.#place;
    const call = { signal };
    const seen: PlaceSeen = {};
    const unread: string[] = [];
    const read = async (what: () => Promise<void>): Promise<void> => {
      try {
        await what();
      } catch (reason) {
        unread.push(sentenceOf(reason));
      }
    };
    const tracks = [
      ...(known.stable === null ? [] : ['stable' as const]),
      ...known.own.map(({ track }) => track),
    ];
    await Promise.all([
      read(async () => {
        if (known.split === null) return;
        try {
          const split = await trafficOf(plan, this.#outside)?.read(this.#release, call);
          if (split !== undefined) seen.split = split;
        } catch (reason) {
          if (!isRefusal(reason)) throw reason;
          seen.refused = sentenceOf(reason);
        }
      }),
      ...tracks.map((track) =>
        read(async () => {
          seen[track] = await deployerOf(plan, this.#outside).check(this.#release, track, call);
        }),
      ),
    ]);
    if (cancellationSignal().aborted) return null;
    this.#unread = unread.length === 0 ? [] : [...this.#unread, ...unread.slice(0, 1)].slice(-mostUnread);
    return seen;
  }
}

/** Another try cannot mend it: what is in force is not what was ordered. That this worker may not ask says nothing of it. */
function isRefusal(reason: unknown): boolean {
  return reason instanceof ApplicationFailure && reason.type === 'TargetRefused';
}

function sentenceOf(reason: unknown): string {
  return clipped(reason instanceof Error ? reason.message : String(reason), mostOfAReason);
}
