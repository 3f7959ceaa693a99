import type { Fence } from '../../src/domain/rollout.ts';
import { randomOf } from '../../src/domain/random.ts';
import { qualities, type QualityName } from './releases.ts';
import { compression, rps } from './time.ts';
import { Track } from './track.ts';

/** An effect that was carried out, when (ms since 1970), and how many requests the canary had had by then. */
export interface Done {
  name: string;
  at: number;
  exposed: number;
}

/** An effect as docs/http-contract.md has it. */
export interface Effect {
  call: string;
  version: string;
  fence: Fence;
  weight?: number;
}

/**
 * One service: a copy of stable, one of the canary while there is one, and live traffic between them by the weight in
 * force. Nothing is sent: what would have come since the last look is drawn when somebody looks or the split changes.
 * Stable is as it should be whatever was promoted, so that each release meets the same.
 */
export class Service {
  /** Of the release that comes next or is under way. */
  quality: QualityName = 'good';
  readonly name: string;
  readonly #seed: string;
  readonly #isLarge: boolean;
  #copies = 0;
  #stable: Track;
  #canary: Track | null = null;
  #weight = 0;
  #fence: Fence = { epoch: 0, number: 0 };
  #drawn = performance.now();
  #done: Done[] = [];

  constructor(name: string, seed: number, isLarge: boolean) {
    this.name = name;
    this.#seed = `rollouts ${seed}/${name}`;
    this.#isLarge = isLarge;
    this.#stable = this.#copy('v0', 'good');
  }

  #copy(version: string, quality: QualityName): Track {
    this.#copies += 1;
    return new Track(version, qualities[quality], randomOf(`${this.#seed}/${this.#copies}`), this.#isLarge);
  }

  /** What was done since the last time that somebody asked. */
  done(): Done[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  page(track: string | null): string | null {
    this.#draw();
    return (track === 'canary' ? this.#canary : this.#stable)?.page() ?? null;
  }

  /** False: the fence is older than one that was seen before. */
  act({ call, version, fence, weight }: Effect): boolean {
    const { epoch, number } = this.#fence;
    if (fence.epoch < epoch || (fence.epoch === epoch && fence.number < number)) return false;
    this.#fence = fence;
    this.#draw();
    const exposed = this.#canary?.requests ?? 0;
    this.#done.push({ name: weight === undefined ? call : `${call} ${weight}`, at: Date.now(), exposed });
    if (call === 'deploy' && this.#canary?.version !== version) {
      this.#canary = this.#copy(version, this.quality);
    }
    if (call === 'promote' && this.#stable.version !== version) this.#stable = this.#copy(version, 'good');
    if (call === 'remove') this.#canary = null;
    this.#weight = weight ?? this.#weight;
    return true;
  }

  read(): object {
    return { weight: this.#weight, audience: null };
  }

  check(track: string | null): object {
    const copy = track === 'stable' ? this.#stable : this.#canary;
    return { alive: copy !== null, versions: copy === null ? [] : [copy.version], fence: true };
  }

  #draw(): void {
    const now = performance.now();
    const requests = ((now - this.#drawn) / 1000) * rps * compression;
    this.#drawn = now;
    const share = this.#canary === null ? 0 : this.#weight / 100;
    this.#canary?.serve(requests * share);
    this.#stable.serve(requests * (1 - share));
  }
}
