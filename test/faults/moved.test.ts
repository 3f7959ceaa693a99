/** Someone else changes stable while a rollout runs: what is overwritten, and what people are told. */
import { describe, expect, test, vi } from 'vitest';
import { markdown } from '../../src/text/markdown.ts';
import { noTraffic } from '../../src/domain/split.ts';
import { startSource } from '../activities/metrics/source.ts';
import { faultyRollouts, type FaultyRollout } from './rollouts.ts';

const timeout = 120_000;
const start = faultyRollouts();

async function bakeAt20(
  bake = '3s',
  target?: object,
): Promise<FaultyRollout & { health: (status: string) => void }> {
  const source = await startSource();
  const health = (status: string): void => source.answer({ status });
  health('up');
  const rollout = await start(() => null, {
    ...target,
    metrics: [
      {
        name: 'health',
        kind: 'status',
        ok: ['up'],
        source: { type: 'http', url: source.url },
        failures: { consecutive: 2 },
      },
    ],
    steps: [{ weight: 20, bake }],
  });
  await vi.waitFor(async () => expect(await rollout.status()).toMatchObject({ weight: 20 }), 30_000);
  return { ...rollout, health };
}

const held = async ({ status }: FaultyRollout): Promise<string> => {
  await vi.waitFor(
    async () => expect(await status()).toMatchObject({ phase: 'holding', weight: 20 }),
    60_000,
  );
  return (await status()).doing;
};

describe('stable that runs another version is not promoted over', () => {
  test.for<[string, string | string[], string]>([
    ['a hotfix', 'v1.1', 'v1.1'],
    ['a manual rollback', 'v0.9', 'v0.9'],
    ['another release under way', ['v1', 'v1.1'], 'v1, v1.1'],
  ])('%s', { timeout }, async ([, become, said]) => {
    const rollout = await bakeAt20();
    rollout.target.become(become);
    expect(await held(rollout)).toBe(
      `Not promoting yet: stable runs ${said}, changed meanwhile by someone else; it was v1 when the rollout began. Say promote to replace it with v2, or abort to take the canary back`,
    );
    expect(await rollout.details()).toContain(`someone else has changed stable: it runs **${said}** now`);
    expect(rollout.target.running('stable')).toEqual([become].flat());
    await rollout.promote();
    expect(await rollout.result()).toMatchObject({
      outcome: 'promoted',
      verified: true,
      serving: 'v2 serves everyone',
    });
  });

  test('nothing at all', { timeout }, async () => {
    const rollout = await bakeAt20();
    rollout.target.become([]);
    expect(await held(rollout)).toBe(
      'Holding the weight: stable v1 is down: no copy of it answers, so there is nothing to go back to. It goes on once stable answers again. Promote to replace stable with v2, or abort to give stable the traffic all the same',
    );
    expect(await rollout.details()).toContain('someone else has changed stable: it runs **nothing** now');
    expect(rollout.target.running('stable')).toEqual([]);
    await rollout.promote();
    expect(await rollout.result()).toMatchObject({
      outcome: 'promoted',
      verified: true,
      serving: 'v2 serves everyone',
    });
  });

  test('though promote was said before anybody knew', { timeout }, async () => {
    const rollout = await bakeAt20('5m');
    rollout.target.become('v1.1');
    await rollout.promote();
    await held(rollout);
    expect(rollout.target.running('stable')).toEqual(['v1.1']);
    await rollout.abort();
    expect(await rollout.result()).toMatchObject({ outcome: 'aborted' });
    expect(rollout.target.running('stable')).toEqual(['v1.1']);
  });

  test('until it is changed back', { timeout }, async () => {
    const rollout = await bakeAt20();
    rollout.target.become('v1.1');
    await held(rollout);
    rollout.target.become('v1');
    expect(await rollout.result()).toMatchObject({ outcome: 'promoted', serving: 'v2 serves everyone' });
  });

  test('and a canary that fails meanwhile is taken back', { timeout }, async () => {
    const rollout = await bakeAt20();
    rollout.target.become('v1.1');
    await held(rollout);
    rollout.health('down');
    expect(await rollout.result()).toMatchObject({ outcome: 'rolled-back' });
    expect(rollout.target.running('stable')).toEqual(['v1.1']);
  });
});

test(
  'someone else who makes the version stable is not in the way of its promotion',
  { timeout },
  async () => {
    const rollout = await bakeAt20();
    rollout.target.become('v2');
    expect(await rollout.result()).toMatchObject({
      outcome: 'promoted',
      verified: true,
      serving: 'v2 serves everyone',
    });
  },
);

describe('a take-back ends and says what serves', () => {
  test.for(['v1.1', 'v2'])('where stable has become %s', { timeout }, async (version) => {
    const rollout = await bakeAt20('5m');
    rollout.target.become(version);
    await rollout.abort();
    const serving = `stable runs ${version}, changed meanwhile by someone else; it was v1 when the rollout began`;
    const result = await rollout.result();
    expect(result).toMatchObject({ outcome: 'aborted', verified: true, serving });
    expect(await rollout.details()).toContain(
      markdown(`aborted, ${serving} (read back from the target): ${result.cause}`),
    );
    expect({ stable: rollout.target.running('stable'), canary: rollout.target.running('canary') }).toEqual({
      stable: [version],
      canary: [],
    });
    expect(rollout.target.split()).toEqual(noTraffic);
  });

  test('where a release that is under way ends meanwhile', { timeout }, async () => {
    const rollout = await bakeAt20('5m');
    rollout.target.become(['v1', 'v1.1']);
    await rollout.abort();
    await vi.waitFor(
      async () => expect((await rollout.status()).doing).toContain('stable runs v1, v1.1'),
      60_000,
    );
    rollout.target.become('v1.1');
    expect(await rollout.result()).toMatchObject({ outcome: 'aborted', verified: true });
  });

  test('where nothing was changed', { timeout }, async () => {
    const { result, details } = await start(() => null, { stable: 'v0' });
    expect(await result()).toMatchObject({ outcome: 'rolled-back', serving: 'nothing was changed' });
    expect(await details()).not.toContain('serves everyone');
  });
});

test('a change that is there at a shift is said at once', { timeout }, async () => {
  const { target, status, result, abort } = await start(
    ({ call }, { become }) => {
      if (call === 'deploy') become('v1.1');
      return null;
    },
    { steps: [{ weight: 20, bake: '5m' }] },
  );
  await vi.waitFor(
    async () => expect(await status()).toMatchObject({ weight: 20, stableNow: 'v1.1' }),
    30_000,
  );
  await abort();
  expect(await result()).toMatchObject({ outcome: 'aborted' });
  expect(target.running('stable')).toEqual(['v1.1']);
});
