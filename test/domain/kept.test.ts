/** How much of what comes from outside a rollout keeps. */
import { expect, test } from 'vitest';
import { latest, newest } from '../../src/domain/kept-list.ts';
import { boundedSteps } from '../../src/domain/kept-steps.ts';
import { countedOut, notKeptTexts, type NotKept } from '../../src/domain/not-kept.ts';
import { bytesOf } from '../../src/text/bytes.ts';
import { mostEvidence } from '../../src/domain/size.ts';
import type { StepRecord } from '../../src/domain/rollout.ts';
import { completeSpec, parseSpec } from '../../src/spec/parse.ts';

test('of a list the newest are kept, by their bytes in UTF-8', () => {
  const list = ['a'.repeat(100), '日'.repeat(100), 'c'.repeat(100)];
  expect(newest(list, 1_000)).toEqual({ kept: list, dropped: 0 });
  expect(newest(list, 450)).toEqual({ kept: list.slice(1), dropped: 1 });
  expect(newest(list, 300)).toEqual({ kept: list.slice(2), dropped: 2 });
  expect(newest(list, 10)).toEqual({ kept: [], dropped: 3 });
  expect(newest([], 10)).toEqual({ kept: [], dropped: 0 });
  expect(latest(list, 3)).toEqual({ kept: list, dropped: 0 });
  expect(latest(list, 2)).toEqual({ kept: list.slice(1), dropped: 1 });
});

test('what is no longer kept is counted, and said for each kind', () => {
  const counts = [{ messages: 2 }, { ids: 0 }, { messages: 1, ids: 1 }, { notices: 1_000 }];
  const { notKept } = counts.reduce<{ notKept?: NotKept }>(
    (before, more) => countedOut(before.notKept, more),
    {},
  );
  expect(notKept).toEqual({ messages: 3, ids: 1, notices: 1_000 });
  expect(notKeptTexts(notKept)).toEqual([
    '3 earlier messages no longer listed',
    '1 earlier message id no longer recognized: a message sent again with one acts again',
    '1,000 earlier notices given up: too many were waiting to be delivered',
  ]);
  expect(countedOut(undefined, { messages: 0 })).toEqual({});
  expect(notKeptTexts(undefined)).toEqual([]);
});

test('a hundred steps with fifty metrics each keep the evidence of the newest, and say so of the others', () => {
  const metric = {
    name: 'errors',
    gating: true,
    kind: 'pass' as const,
    because: 'ü'.repeat(400),
    evidence: {
      canary: { sum: 1, n: 2 },
      stable: { sum: 1, n: 2 },
      ratio: 1,
      atLeast: 1,
      atMost: 1,
      harm: 1,
      pass: 1,
      needed: { harm: 1, pass: 1 },
    },
  };
  let done: StepRecord[] = [];
  for (let step = 1; step <= 100; step += 1) {
    const evidence = Array.from({ length: 50 }, () => metric);
    done = boundedSteps([
      ...done,
      { step, label: '5%', ended: 'advanced', because: 'all passed', at: '', evidence },
    ]);
  }
  expect(bytesOf(done)).toBeLessThan(mostEvidence + 64 * 1024);
  expect(done[0]?.because).toBe('all passed (its figures are left out, there are too many to keep)');
  expect(done.at(-1)).toMatchObject({ because: 'all passed', evidence: { length: 50 } });
});

test('a spec is refused that takes more than 512 KiB together with its plan, whichever way it comes', () => {
  const step = {
    approve: '日'.repeat(195),
    by: Array.from({ length: 40 }, (_, at) => `${'本'.repeat(97)}${at}`),
  };
  const spec = {
    service: 'shop',
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:1/' },
    every: '10s',
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:1/health' } }],
    steps: Array.from({ length: 30 }, () => step),
  };
  const said = /found a spec that takes [\d.]+ KiB together with its plan, expected at most 512 KiB/;
  expect(() => completeSpec(spec)).toThrow(said);
  expect(() => parseSpec(JSON.stringify(spec), 'rollout.json')).toThrow(said);
  expect(completeSpec({ ...spec, steps: spec.steps.slice(0, 10) }).steps).toHaveLength(10);
});
