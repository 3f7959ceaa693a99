import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../activities/adapters.ts';
import { completeSpec } from '../../activities/complete-spec.ts';
import { refused } from '../../activities/failures.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import { completeSpec as complete } from '../../src/spec/parse.ts';
import type { Plan } from '../../src/spec/schema.ts';
import { everything } from '../support/grants.ts';
import { World } from '../support/world.ts';

const path = "$.pools[?match(@.name, 'a+b')].errors";

const specWith = (value: string): object => ({
  service: 'checkout',
  version: 'v2',
  target: { type: 'http', url: 'http://127.0.0.1:1/' },
  metrics: [
    { name: 'errors', kind: 'value', source: { type: 'http', url: 'http://127.0.0.1:1/', value }, max: 1 },
  ],
  steps: [{ weight: 5, bake: '1h' }],
});

/** As an earlier version has made it, which took such paths. */
const accepted = JSON.parse(JSON.stringify(complete(specWith('$.errors'))).replace('$.errors', path)) as Plan;

function check(spec: object, plan?: Plan, grants = everything): Promise<Plan> {
  const outside = {
    adapters: new World().adapters,
    grants,
    clock: systemClock,
    loadTurns: new LoadTurns(1000),
  };
  return new MockActivityEnvironment().run(completeSpec(outside), spec, plan);
}

test('what is refused now and was accepted when its rollout began goes on, with the plan of then', async () => {
  await expect(check(specWith(path))).rejects.toThrow('without match() and search()');
  expect(await check(specWith(path), accepted)).toEqual(accepted);
});

test('but only with what the worker still allows', async () => {
  const grants = {
    ...everything,
    checkUrl: () => {
      throw refused('the host is not allowed any more');
    },
  };
  await expect(check(specWith(path), accepted, grants)).rejects.toThrow('not allowed any more');
});
