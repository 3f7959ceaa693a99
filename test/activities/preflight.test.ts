import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../activities/adapters.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import type { Deployer, Traffic } from '../../activities/ports.ts';
import { preflight } from '../../activities/preflight.ts';
import type { SplitInForce } from '../../src/domain/split.ts';
import { parseSpec } from '../../src/spec/parse.ts';
import { everything } from '../support/grants.ts';
import { inMemory, World } from '../support/world.ts';

const errors =
  '{ name: errors, kind: rate, source: { type: http, url: "http://127.0.0.1:9000/$track", events: $.e, total: $.n } }';

/** What preflight finds, of a splitter that answers this. */
async function found(
  inForce: Partial<SplitInForce>,
  { splitBy = '', metric = errors, refuses = { target: true, splitter: true } } = {},
) {
  const text = `{ service: shop, version: '2', target: { type: http, url: http://127.0.0.1:9000/ }, ${splitBy}
    metrics: [${metric}], steps: [{ weight: 5, bake: 1m, onInconclusive: hold }] }`;
  const { plan } = parseSpec(text, 'rollout.yaml');
  const { adapters } = new World();
  const deployer: Pick<Deployer, 'can' | 'check'> = {
    can: { check: true, promote: true, remove: true },
    check: () => Promise.resolve({ alive: true, versions: ['1'], fence: refuses.target }),
  };
  const traffic: Pick<Traffic, 'can' | 'read'> = {
    can: { split: true, read: true, ...(refuses.splitter ? {} : { fence: false }) },
    read: () => Promise.resolve({ weight: 0, audience: null, ...inForce }),
  };
  const activity = preflight({
    adapters: {
      ...adapters,
      deployers: {
        ...adapters.deployers,
        http: inMemory(adapters.deployers.http, () => deployer as Deployer),
      },
      traffic: {
        ...adapters.traffic,
        http: inMemory(adapters.traffic.http, () => traffic as Traffic),
      },
    },
    grants: everything,
    clock: systemClock,
    loadTurns: new LoadTurns(1000),
  });
  const known: Awaited<ReturnType<typeof activity>> = await new MockActivityEnvironment().run(activity, {
    plan,
  });
  return known;
}

async function missing(...asked: Parameters<typeof found>): Promise<string> {
  return (await found(...asked)).missing.join('\n');
}

test.each([
  { target: true, splitter: true, both: true },
  { target: true, splitter: false, both: false },
  { target: false, splitter: true, both: false },
  { target: false, splitter: false, both: false },
])(
  'counts on older effects being refused only where target and splitter both refuse them ($target, $splitter)',
  async ({ both, ...refuses }) => {
    const { capabilities, missing } = await found({}, { refuses });
    expect(capabilities.fence).toBe(both);
    expect(missing.some((line) => line.startsWith('no fence:'))).toBe(!both);
  },
);

test('says that the promise does not cover comparisons where the splitter splits by user and the spec does not say so', async () => {
  const sentence =
    'the splitter keeps each user on one version, but the spec does not say splitBy: user: alpha and beta do not cover the comparisons with stable';
  expect(await missing({ splitBy: 'user' })).toBe(sentence);
  expect(await missing({ splitBy: 'user' }, { splitBy: 'splitBy: user,' })).toBe('');
  expect(await missing({ splitBy: 'request' })).toBe('');
  expect(await missing({})).toBe('');
  const limit = errors.replace('kind: rate', 'kind: rate, max: 2%');
  expect(await missing({ splitBy: 'user' }, { metric: limit })).toBe('');
});
