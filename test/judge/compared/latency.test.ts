import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import { boundsToWatch } from '../../../src/judge/compared/latency.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import { calm } from '../../../src/judge/sequential/noise.ts';
import { evidenceOf, every, held, hour, judged, latencies, minute, ticksOf, type Arms } from './comparing.ts';

const criterion = held('latency');

describe('a latency', () => {
  test('learns from stable which bounds to watch before it judges', () => {
    const random = randomOf('learning');
    const few: Reading = { bounds: [50, 100], below: [20, 40], total: 50 };
    expect(judged(criterion, 9, () => [few, few]).verdict).toMatchObject({
      kind: 'no-signal',
      because: "latency: learning what is usual: 450 of 500 requests of stable's",
    });
    expect(judged(criterion, 11, () => [few, few]).verdict.kind).toBe('inconclusive');
    const { state } = judged(criterion, 3, () => latencies(random, {}));
    const { compared } = evidenceOf(state, 'latency');
    expect((compared as { bounds: number[] }).bounds.slice(0, 3)).toEqual([50, 100, 250]);
    expect(compared).not.toHaveProperty('learning');
  });

  test('watches those that its noise names from the first tick on', () => {
    const random = randomOf('named bounds');
    const known = held('latency', { noise: { bounds: [{ above: 100, noise: calm }] } });
    const { state, verdict } = judged(known, 1, () => latencies(random, {}));
    expect(verdict.kind).toBe('inconclusive');
    expect(evidenceOf(state, 'latency').compared).toMatchObject({ bounds: [100] });
  });

  test('whose 99th percentile doubles takes the canary back within minutes, and says which requests', () => {
    const random = randomOf('p99 times two');
    const found = Array.from({ length: 5 }, () => {
      let state = {};
      for (const tick of ticksOf(hour, () => ({ latency: latencies(random, { slower: 2 }) }))) {
        const judgement = judge([criterion], state, [tick]);
        state = judgement.state;
        if (judgement.verdict.kind === 'fail') return { at: tick.window.to / every, ...judgement.verdict };
      }
      throw new Error('not found');
    });
    expect(found.map(({ at }) => at / minute).toSorted((a, b) => a - b)[2]).toBeLessThan(10);
    expect(found[0]?.because).toMatch(
      /^latency: requests slower than \d+ms are [\d.]+ × stable's \(at least [\d.]+ × with 99% confidence\): \d+ of [\d,]+ requests against [\d,]+ of [\d,]+$/,
    );
  });

  test('that is as stable passes within two hours, and does not fail', () => {
    const random = randomOf('as fast');
    let state = {};
    const kinds = ticksOf(2 * hour, () => ({ latency: latencies(random, {}) })).map((tick) => {
      const judgement = judge([criterion], state, [tick]);
      state = judgement.state;
      return judgement.verdict.kind;
    });
    expect(kinds).toContain('pass');
    expect(kinds).not.toContain('fail');
  });

  test("is shown to be as good at each bound that enough of stable's requests lie above", () => {
    // Half as many above 10 ms, 1.45 times as many above 20 ms: the first bound alone would pass.
    const reading: Arms = [
      { bounds: [10, 20], below: [150, 171], total: 200 },
      { bounds: [10, 20], below: [500, 900], total: 1_000 },
    ];
    const of = (...bounds: number[]) =>
      held('latency', {
        failAbove: 1.45,
        noise: { bounds: bounds.map((above) => ({ above, noise: calm })) },
      });
    const kindOf = (...bounds: number[]) => judged(of(...bounds), 100, () => reading).verdict.kind;
    expect(kindOf(10)).toBe('pass');
    expect(kindOf(10, 20)).toBe('inconclusive');
  });
});

describe('the bounds to watch', () => {
  test('are the nearest to half, a tenth, a hundredth and a thousandth of the requests', () => {
    const histogram = {
      bounds: [1, 2, 5, 10, 20, 50, 100],
      below: [100, 5_200, 8_000, 9_100, 9_890, 9_988, 9_999],
      total: 10_000,
    };
    expect(boundsToWatch(histogram)).toEqual([2, 10, 20, 50]);
  });

  test('are none that most requests, or next to none, lie above', () => {
    const histogram = { bounds: [1, 2, 5], below: [3_000, 9_000, 9_999], total: 10_000 };
    expect(boundsToWatch(histogram)).toEqual([2]);
    expect(boundsToWatch({ ...histogram, below: [0, 0, 10_000] })).toEqual([]);
  });
});
