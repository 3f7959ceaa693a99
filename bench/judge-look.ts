/**
 * What one look of the judge costs: ten metrics that are compared with stable, at the end of a day of ticks. Run by
 * `npm run bench:judge-look`; takes some seconds.
 */
import { cpus } from 'node:os';
import type { Comparison } from '../src/judge/compared/comparing.ts';
import type { Criterion } from '../src/judge/criteria.ts';
import type { JudgeState } from '../src/judge/state.ts';
import { judge, judgingOf } from '../src/judge/judge.ts';
import type { Noise } from '../src/judge/sequential/noise.ts';
import type { Reading, Tick } from '../src/judge/samples.ts';
import { presets } from '../src/spec/judges.ts';
import { randomOf } from '../src/domain/random.ts';

/** Of a tick, in seconds; and how many there are in a day. */
const every = 15;
const day = 86_400 / every;
const looks = 1_000;
/** When the first tick begins, in ms since 1970: the state holds such times. */
const start = Date.UTC(2026, 0);
/** Requests of either arm in a tick: 5% of a hundred a second. */
const requests = { canary: 75, stable: 1_425 };
const bounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

const seed = 'judge-look 1';
const random = randomOf(seed);
const { failAbove, passBelow } = presets.default;

const counts: Noise = { dispersion: 1.5, wander: { sd: 0.2, minutes: 30 } };
const kinds = [
  ...Array.from({ length: 3 }, () => ({ kind: 'rate', noise: { counts } }) as const),
  ...Array.from({ length: 2 }, () => ({ kind: 'rate', noise: undefined }) as const),
  { kind: 'latency', noise: { counts } } as const,
  { kind: 'latency', noise: undefined } as const,
  ...Array.from({ length: 3 }, () => ({ kind: 'gauge', noise: { gauge: { sd: 1, lasting: 0.1 } } }) as const),
];
const criteria = kinds.map(({ kind, noise }, at): Criterion => {
  const comparison: Comparison = { failAbove, passBelow, share: 0.05, noise };
  return { name: `${kind}-${String(at + 1)}`, kind, gating: true, minSample: 20, comparison };
});

const judging = judgingOf(criteria, {}, presets.default);
for (let at = 0; at < day; at += 1) judging.add(tickAt(at));
const text = JSON.stringify(judging.state());

const took: number[] = [];
for (let look = 0; look < looks; look += 1) {
  const tick = tickAt(day + look);
  const began = performance.now();
  judge(criteria, JSON.parse(text) as JudgeState, [tick], presets.default);
  took.push(performance.now() - began);
}
took.sort((a, b) => a - b);

console.log(
  `one look, ten metrics (${kinds.map(({ kind }) => kind).join(', ')}), after 24 h of ${String(every)}-s ticks`,
);
console.log(
  `median ${shown(took[looks / 2])} ms, p99 ${shown(took[looks * 0.99])} ms of ${String(looks)} looks`,
);
console.log(`state  ${String(Buffer.byteLength(text))} bytes of JSON`);
console.log(`on     Node ${process.version}, ${cpus()[0]?.model ?? 'an unknown processor'}`);
console.log(`again  npm run bench:judge-look (seed "${seed}": the bytes are the same on every machine)`);

function tickAt(at: number): Tick {
  const window = { from: start + at * every * 1_000, to: start + (at + 1) * every * 1_000 };
  const metrics = criteria.map(({ name, kind }): [string, Tick['metrics'][string]] => [
    name,
    { canary: readingOf(kind, requests.canary), stable: readingOf(kind, requests.stable) },
  ]);
  return { window, metrics: Object.fromEntries(metrics) };
}

function readingOf(kind: Criterion['kind'], mean: number): Reading {
  if (kind === 'gauge') return { value: 10 + random.normal(), n: 1 };
  const total = random.poisson(mean);
  if (kind === 'rate') return { events: random.binomial(total, 0.005), total };
  let left = total;
  const below = bounds.map((bound) => {
    left = random.binomial(left, Math.min(1, 10 / bound));
    return total - left;
  });
  return { bounds, below, total };
}

function shown(milliseconds: number | undefined): string {
  return (milliseconds ?? NaN).toFixed(3);
}
