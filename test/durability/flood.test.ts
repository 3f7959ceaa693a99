/** More messages than the server takes for one run, in each phase: the rollout goes on in new runs, and an abort acts. */
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Rollouts } from '../../src/client.ts';
import { noTraffic } from '../../src/domain/split.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { reply, type Asked, type ContractTarget, type Fault } from '../support/contract-target.ts';
import { json, payload, signalRaw } from '../support/raw.ts';
import { openContractLab } from './contract-lab.ts';

/** Of one run, in updates; the server's own is 2,000. That of signals, 10,000, would take long to reach. */
const limits = ['history.maxTotalUpdates=700'];

const verbs = ['pause', 'resume', 'approve', 'reject', 'abort', 'promote', 'abandon'] as const;

/** Without effect with any verb: nobody can tell what was meant. */
const unreadable = [
  payload('binary/encrypted', 'sealed'),
  payload('json/plain', '{"by":'),
  payload(null, new Uint8Array(2_000)),
];

/** Messages that change nothing: of the signals half are such that nobody can read them. */
async function flood(
  { client, rollouts }: { client: Client; rollouts: Rollouts },
  service: string,
  { signals, updates }: { signals: number; updates: number },
): Promise<void> {
  const refused = { by: 'eve', gate: 99, reason: 'x'.repeat(400) };
  await inTurns(signals, 25, (at) =>
    at % 2 === 0
      ? signalRaw(client, `rollout/${service}`, verbs[at % 7] ?? '', unreadable[at % 3] ?? {})
      : signalRaw(client, `rollout/${service}`, 'approve', json(refused)),
  );
  await inTurns(updates, 10, (at) =>
    at % 2 === 0 ? rollouts.approve(service, refused) : rollouts.reject(service, refused),
  );
}

/** So many calls, so many at once. */
async function inTurns(count: number, atOnce: number, call: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await call((next += 1));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

interface Flooded {
  messages: { signals: number; updates: number };
  steps: RolloutSpec['steps'];
  load?: { rate: string; duration: string };
  /** What holds the rollout in the phase. */
  held?: (asked: Asked, target: ContractTarget) => Fault | null;
  /** What is said to it before the flood. */
  before?: (rollouts: Rollouts, service: string) => Promise<unknown>;
  /** What is done before it is aborted. */
  then?: (target: ContractTarget) => void;
}

const baking: RolloutSpec['steps'] = [{ weight: 5, bake: '1h' }];
const baked: RolloutSpec['steps'] = [{ weight: 5, bake: '1s' }];

const answer =
  (status: number, body: object): Fault =>
  (response) => {
    reply(response, { status, body });
  };

const crowd = { signals: 500, updates: 100 };

const phases: Partial<Record<RolloutStatus['phase'], Flooded>> = {
  waiting: { messages: { signals: 300, updates: 750 }, steps: [...baked, { approve: 'go on', by: ['ana'] }] },
  deploying: {
    messages: crowd,
    steps: baking,
    held: ({ call, track }, { running }) =>
      call === 'check' && track === 'canary' && running('canary').length > 0
        ? answer(200, { alive: false, versions: running('canary'), fence: true })
        : null,
  },
  testing: { messages: crowd, steps: baking, load: { rate: '20/s', duration: '10m' } },
  promoting: {
    messages: crowd,
    steps: baked,
    held: ({ call }) => (call === 'promote' ? answer(202, {}) : null),
  },
  halted: {
    messages: crowd,
    steps: baked,
    held: ({ call }, target) => {
      if (call !== 'promote') return null;
      target.become(['v1', 'v2']);
      return answer(404, {});
    },
    then: (target) => {
      target.become('v1');
    },
  },
  restoring: {
    // An effect that is under way is left to end at first.
    messages: { signals: 1_000, updates: 100 },
    steps: baking,
    held: ({ call, weight }) => (call === 'split' && weight === 0 ? answer(503, {}) : null),
    before: async (rollouts, service) => {
      await expect
        .poll(() => rollouts.status(service), { timeout: 30_000 })
        .toMatchObject({ status: { weight: 5 } });
      await rollouts.abort(service);
    },
    then: (target) => {
      target.befall(() => null);
    },
  },
};

test(
  'in each phase a flooded rollout goes on in new runs, and an abort takes its canary back',
  { timeout: 180_000 },
  async () => {
    const lab = await openContractLab({ dynamicConfig: limits });
    const { client, rollouts, start } = lab;
    await Promise.all(
      Object.entries(phases).map(async ([service, { messages, steps, load, held, before, then }]) => {
        const target = await start(service, steps, load);
        if (held !== undefined) target.befall((asked) => held(asked, target));
        const handle = client.workflow.getHandle(`rollout/${service}`);
        const first = (await handle.describe()).runId;
        await before?.(rollouts, service);
        const inPhase = (): Promise<void> =>
          expect
            .poll(() => rollouts.status(service), { timeout: 60_000, message: service })
            .toMatchObject({ status: { phase: service } });
        await inPhase();
        await flood(lab, service, messages);
        await expect
          .poll(async () => (await handle.describe()).runId, { timeout: 30_000, message: service })
          .not.toBe(first);
        await inPhase();

        then?.(target);
        await rollouts.abort(service, { by: 'ana' });
        expect(await rollouts.result(service)).toMatchObject({ outcome: 'aborted', verified: true });
        expect({ split: target.split(), canary: target.running('canary') }).toEqual({
          split: noTraffic,
          canary: [],
        });
      }),
    );
  },
);

test('messages that have come while no worker ran are read in one go, and an abort after them acts', async () => {
  const lab = await openContractLab({});
  const { client, rollouts, start, killWorker, startWorker } = lab;
  const target = await start('unwatched', baking);
  await expect
    .poll(() => rollouts.status('unwatched'), { timeout: 30_000 })
    .toMatchObject({ status: { weight: 5 } });
  await killWorker();
  // Texts that take long to draw: each character is escaped.
  const reason = '\u202e'.repeat(500);
  await inTurns(2_000, 50, () => signalRaw(client, 'rollout/unwatched', 'approve', json({ reason })));
  await rollouts.abort('unwatched', { by: 'ana' });
  await startWorker();
  expect(await rollouts.result('unwatched')).toMatchObject({ outcome: 'aborted', verified: true });
  expect(target.split()).toEqual(noTraffic);
});
