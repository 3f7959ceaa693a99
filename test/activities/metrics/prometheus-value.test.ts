import { expect, test } from 'vitest';
import type { Api } from '../../../activities/metrics/prometheus/api.ts';
import { readerOf } from '../../../activities/metrics/prometheus/readers.ts';
import type { Sample } from '../../../activities/metrics/prometheus/series.ts';
import { never } from './source.ts';

const selector = 'memory{track="canary"}';
const window = { from: 10_000, to: 11_000 };

/** What is read in the window of a gauge that was scraped so, on a target that answers each second. */
async function read(samples: Sample[]): Promise<unknown> {
  const reader = readerOf({
    name: 'memory',
    kind: 'gauge',
    gating: true,
    source: { type: 'prometheus', url: 'http://127.0.0.1:1', headers: {}, timeout: 1_000, value: selector },
  });
  const api: Pick<Api, 'place' | 'samples'> = {
    place: 'http://127.0.0.1:1',
    samples(asked) {
      if (asked === selector) {
        const labels = { __name__: 'memory', job: 'shop', instance: 'a', track: 'canary' };
        return Promise.resolve([{ labels, samples }]);
      }
      const at = Array.from({ length: 11 }, (_, second) => ({ at: second * 1_000 + 5, value: 1 }));
      const up = [{ labels: { __name__: 'up', job: 'shop', instance: 'a' }, samples: at }];
      return Promise.resolve(asked.startsWith('up') ? up : []);
    },
  };
  const found = await reader.read(api as Api, new Map([['canary', [selector]]]), window, { signal: never });
  return 'readings' in found ? found.readings.get('canary') : found;
}

test('a gauge is the mean of the scrapes in the window', async () => {
  const samples = [
    { at: 9_900, value: 8 },
    { at: 10_200, value: 1 },
    { at: 10_700, value: 2 },
  ];
  expect(await read(samples)).toEqual({ value: 1.5, n: 1 });
});

test('where none fell into the window, since scrapes are not quite regular, it is the newest', async () => {
  expect(await read([{ at: 9_998, value: 8 }])).toEqual({ value: 8, n: 1 });
});

test('what is no longer fresh is no value, and the sentence says so', async () => {
  await expect(read([{ at: 8_000, value: 8 }])).rejects.toThrow(
    'memory{track="canary"} has no value of the last 2s',
  );
});
