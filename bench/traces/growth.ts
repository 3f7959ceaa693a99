import { bounds, type Arm } from '../judge/observed.ts';

/** An arm that is being counted, in slots of equal length. */
export class Growth implements Arm {
  readonly requests: Float64Array;
  readonly errors: Float64Array;
  readonly buckets: readonly Float64Array[];
  readonly gauge: Float64Array;

  constructor(slots: number) {
    this.requests = new Float64Array(slots);
    this.errors = new Float64Array(slots);
    this.buckets = bounds.map(() => new Float64Array(slots));
    this.gauge = new Float64Array(slots).fill(NaN);
  }

  /** @param milliseconds that each of the requests took; null where nobody says */
  add(slot: number, requests: number, errors: number, milliseconds: number | null): void {
    this.requests[slot] = (this.requests[slot] ?? 0) + requests;
    this.errors[slot] = (this.errors[slot] ?? 0) + errors;
    if (milliseconds === null) return;
    for (const [at, bound] of bounds.entries()) {
      const bucket = this.buckets[at];
      if (bucket !== undefined && milliseconds <= bound * 1000) bucket[slot] = (bucket[slot] ?? 0) + requests;
    }
  }
}

/** A gauge's readings, each held until the next one, for as many slots at most; NaN beyond. */
export function held(readings: Float64Array, slots: number): Float64Array {
  let [value, age] = [NaN, Infinity];
  return readings.map((reading) => {
    [value, age] = Number.isNaN(reading) ? [value, age + 1] : [reading, 0];
    return age < slots ? value : NaN;
  });
}

/** The mean of those that have a value, slot by slot; NaN where none has. */
export function meanOf(rows: readonly Float64Array[], slots: number): Float64Array {
  const [sums, known] = [new Float64Array(slots), new Float64Array(slots)];
  for (const row of rows) {
    for (let slot = 0; slot < slots; slot += 1) {
      const value = row[slot] ?? NaN;
      if (Number.isNaN(value)) continue;
      sums[slot] = (sums[slot] ?? 0) + value;
      known[slot] = (known[slot] ?? 0) + 1;
    }
  }
  return sums.map((sum, slot) => sum / (known[slot] ?? 0));
}
