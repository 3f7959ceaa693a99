import { Client } from '@temporalio/client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  AlreadyRunning,
  NotRunning,
  RolloutFailed,
  Rollouts,
  type Brief,
  type RolloutResult,
  type Sight,
} from '../src/client.ts';
import { SpecError } from '../src/spec/parse.ts';
import type { RolloutStatus } from '../src/domain/status.ts';
import type { RolloutSpec } from '../src/spec/schema.ts';
import { json, startRaw } from './support/raw.ts';
import { briefly, devServer, gated, specOf, withWorker } from './cli/server.ts';

const server = devServer();

function client(): Rollouts {
  return new Rollouts(new Client({ connection: server().connection }));
}

async function statusOf(rollouts: Rollouts, service: string): Promise<RolloutStatus> {
  const answer = await rollouts.status(service);
  if (answer.kind !== 'full') throw new Error(`no worker answered: ${answer.why}`);
  return answer.status;
}

async function untilPhase(rollouts: Rollouts, service: string, phase: string): Promise<void> {
  await vi.waitFor(async () => expect((await statusOf(rollouts, service)).phase).toBe(phase), {
    timeout: 30_000,
    interval: 200,
  });
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Starts a rollout that no later worker of this file is to meet. */
async function startUnattended(spec: RolloutSpec): Promise<{ rollout: string; runId: string }> {
  const started = await client().start(spec);
  onTestFinished(async () => {
    await server().client.workflow.getHandle(started.rollout).terminate();
  });
  return started;
}

describe('without a worker', () => {
  test('a rollout is started under the name of its service, with what people search by', async () => {
    const started = await startUnattended(specOf('staging/checkout'));

    const run = await server().client.workflow.getHandle('rollout/staging/checkout').describe();
    expect(started).toEqual({ rollout: 'rollout/staging/checkout', runId: run.runId });
    expect(run).toMatchObject({ type: 'rollout', taskQueue: 'coalmine' });
    expect(await run.staticSummary()).toBe('staging/checkout v2');
    const attributes = run.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      CoalmineService: 'staging/checkout',
      CoalmineVersion: 'v2',
    });
  });

  test('a second rollout of the service is refused, and the one that runs is named', async () => {
    await startUnattended(specOf('twice'));
    const error = await errorOf(client().start({ ...specOf('twice'), version: 'v3' }));

    expect(error).toBeInstanceOf(AlreadyRunning);
    expect((error as AlreadyRunning).running).toMatchObject({ version: 'v2', phase: null, running: true });
    expect((error as AlreadyRunning).message).toContain('coalmine watch twice');
    expect((error as AlreadyRunning).message).toContain('coalmine abort twice');
  });

  test('the status is what the server alone knows', async () => {
    await startUnattended(specOf('alone'));
    const answer = await client().status('alone');

    expect(answer).toMatchObject({
      kind: 'brief',
      brief: { service: 'alone', version: 'v2', phase: null, running: true, ended: null },
      ending: null,
    });
    expect(answer).toMatchObject({ why: 'no worker is running: start one with "coalmine worker"' });
  });

  test('a message is accepted, and handled once when a worker comes', async () => {
    const rollouts = client();
    await rollouts.start(specOf('unattended'));
    const reply = await rollouts.abort('unattended', { id: 'stop-1', by: 'ana' });
    expect(reply).toMatchObject({ id: 'stop-1', handled: null });
    expect(reply.text).toContain('no worker is running');

    const result = await withWorker(server(), async () => rollouts.result('unattended'));
    expect(result).toMatchObject({ outcome: 'aborted' });
    await withWorker(server(), async () => {
      const { messages } = await statusOf(rollouts, 'unattended');
      expect(messages.map(({ verb, by }) => ({ verb, by }))).toEqual([{ verb: 'abort', by: 'ana' }]);
    });
  });

  test('a question about a service that was never released is answered as such', async () => {
    const error = await errorOf(client().status('nobody'));
    expect(error).toBeInstanceOf(NotRunning);
    expect((error as NotRunning).last).toBeNull();
    expect(await errorOf(client().abort('nobody'))).toBeInstanceOf(NotRunning);
  });
});

describe('with a worker', () => {
  test('every message is answered with what it did or why it did nothing', async () => {
    const rollouts = client();
    await rollouts.start(specOf('talk', gated));
    await withWorker(server(), async () => {
      await untilPhase(rollouts, 'talk', 'waiting');
      expect(await rollouts.abandon('talk')).toMatchObject({ handled: false });
      expect(await rollouts.approve('talk', { by: 'ben' })).toMatchObject({ handled: false });
      expect(await rollouts.approve('talk', { by: 'ana', gate: 2 })).toMatchObject({ handled: false });
      expect(await rollouts.approve('talk', { by: 'ana', gate: 1 })).toMatchObject({ handled: true });
      await untilPhase(rollouts, 'talk', 'baking');
      expect(await rollouts.pause('talk', { reason: 'lunch' })).toMatchObject({ handled: true });
      expect(await statusOf(rollouts, 'talk')).toMatchObject({
        phase: 'paused',
        paused: { reason: 'lunch' },
      });
      expect(await rollouts.resume('talk')).toMatchObject({ handled: true });
      expect(await rollouts.reject('talk')).toMatchObject({ handled: false });
      expect(await rollouts.promote('talk')).toMatchObject({ handled: true });
      expect(await rollouts.result('talk')).toMatchObject({ outcome: 'promoted' });
    });
  });

  test('a message with the same id is handled once, and answered alike', async () => {
    const rollouts = client();
    await rollouts.start(specOf('repeated'));
    await withWorker(server(), async () => {
      await untilPhase(rollouts, 'repeated', 'baking');
      const first = await rollouts.pause('repeated', { id: 'p1' });
      expect(await rollouts.pause('repeated', { id: 'p1' })).toEqual(first);
      expect((await statusOf(rollouts, 'repeated')).messages).toHaveLength(1);
      await rollouts.abort('repeated');
      await rollouts.result('repeated');
    });
  });

  test('an abort acts although its id was used by a pause, and says so', async () => {
    const rollouts = client();
    await rollouts.start(specOf('clash'));
    await withWorker(server(), async () => {
      await untilPhase(rollouts, 'clash', 'baking');
      expect(await rollouts.pause('clash', { id: 'x' })).toMatchObject({ handled: true });
      const aborted = await rollouts.abort('clash', { id: 'x', by: 'ann' });
      expect(aborted).toMatchObject({ handled: true });
      expect(aborted.text).toContain('its id was used before, by pause');
      expect(await rollouts.result('clash')).toMatchObject({ outcome: 'aborted' });
    });
  });

  test('ids of 500 characters compare whole, and longer ones are refused by client and rollout', async () => {
    const rollouts = client();
    await rollouts.start(specOf('ids'));
    await withWorker(server(), async () => {
      await untilPhase(rollouts, 'ids', 'baking');
      const id = 'i'.repeat(499);
      expect(await rollouts.pause('ids', { id: `${id}a` })).toMatchObject({ handled: true });
      expect(await rollouts.resume('ids', { id: `${id}b` })).toMatchObject({ handled: true });
      expect((await rollouts.pause('ids', { id: `${id}c` })).handled).toBe(true);
      expect((await rollouts.pause('ids', { id: `${id}a` })).text).toContain('paused');
      // 1,500 bytes, more than the server takes for the id of an update.
      expect(await rollouts.resume('ids', { id: '日'.repeat(500) })).toMatchObject({ handled: true });
      await expect(rollouts.abort('ids', { id: `${id}ab` })).rejects.toThrow('at most 500 characters');
      const handle = server().client.workflow.getHandle('rollout/ids');
      for (const end of ['ab', 'ab', 'ac']) await handle.signal('resume', { id: id + end });
      const { messages } = await statusOf(rollouts, 'ids');
      expect(messages.slice(4).map(({ text }) => text)).toEqual([
        expect.stringContaining('left out id: expected at most 500 characters, found 501'),
        expect.stringContaining('not paused'),
        expect.stringContaining('not paused'),
      ]);
      await rollouts.abort('ids');
      await rollouts.result('ids');
    });
  });

  test('the status of a terminated rollout draws no bake, and says what its canary may still get', async () => {
    const rollouts = client();
    await withWorker(server(), async () => {
      await rollouts.start(specOf('cut-short'));
      await untilPhase(rollouts, 'cut-short', 'baking');
      await server().client.workflow.getHandle('rollout/cut-short').terminate('by hand');
      const status = await statusOf(rollouts, 'cut-short');
      expect(status).toMatchObject({ phase: 'ended', outcome: null, bake: null, weight: 5 });
      expect(status.doing).toContain('terminated while baking');
      expect(status.doing).toContain('may still run and get 5% of the live traffic');
    });
  });

  test('a message to a rollout that has ended says how it ended', async () => {
    const rollouts = client();
    await withWorker(server(), async () => {
      await rollouts.start(specOf('over', briefly));
      await rollouts.result('over');
    });
    const error = await errorOf(rollouts.abort('over'));
    expect(error).toBeInstanceOf(NotRunning);
    expect((error as NotRunning).message).toMatch(/The last one, v2, ended .* as promoted/);
  });

  test('the status of an ended rollout has its result, with a worker or without', async () => {
    const rollouts = client();
    await withWorker(server(), async () => {
      await rollouts.start(specOf('kept', briefly));
      await rollouts.result('kept');
      expect(await rollouts.status('kept')).toMatchObject({
        kind: 'full',
        status: { phase: 'ended', outcome: 'promoted' },
        ending: { how: 'completed', result: { outcome: 'promoted' } },
      });
    });
    expect(await rollouts.status('kept')).toMatchObject({
      kind: 'brief',
      brief: { outcome: 'promoted', phase: 'ended', running: false },
      ending: { how: 'completed', result: { version: 'v2' } },
    });
  });

  test('a spec that the worker refuses ends as a failure with every problem', async () => {
    const rollouts = client();
    await withWorker(server(), async () => {
      await rollouts.start({ ...specOf('bad'), every: 'never', steps: [] });
      const error = await errorOf(rollouts.result('bad'));
      expect(error).toBeInstanceOf(RolloutFailed);
      expect((error as RolloutFailed).ending).toMatchObject({ how: 'failed', type: 'SpecRefused' });
      expect((error as RolloutFailed).message).toMatch(/every/);
      expect((error as RolloutFailed).message).toMatch(/steps/);
    });
  });
});

describe('a watcher', () => {
  test('sees where the rollout stands until the answer that has its ending', async () => {
    const rollouts = client();
    await rollouts.start(specOf('watched', briefly));
    const sights: Sight[] = [];
    await withWorker(server(), async () => {
      for await (const sight of rollouts.watch('watched')) sights.push(sight);
    });
    const endings = sights.map((sight) => (sight.kind === 'unreachable' ? null : sight.ending));
    expect(endings.at(-1)).toMatchObject({ how: 'completed', result: { outcome: 'promoted' } });
    expect(endings.slice(0, -1).every((ending) => ending === null)).toBe(true);
  });

  test('keeps to its own rollout when a later one of the service has begun', async () => {
    const rollouts = client();
    await withWorker(server(), async () => {
      const { runId } = await rollouts.start(specOf('overtaken'));
      const watching = rollouts.watch('overtaken', runId)[Symbol.asyncIterator]();
      await watching.next();
      await rollouts.abort('overtaken');
      await rollouts.result('overtaken');
      await rollouts.start({ ...specOf('overtaken'), version: 'v3' });

      const last = await watching.next();
      expect(last.value).toMatchObject({ ending: { result: { outcome: 'aborted', version: 'v2' } } });
      expect(await watching.next()).toMatchObject({ done: true });
      await rollouts.abort('overtaken');
      await rollouts.result('overtaken');
    });
  });

  test('goes on through a time without a worker', async () => {
    const rollouts = client();
    await rollouts.start(specOf('abandoned-by-workers', briefly));
    const watching = rollouts.watch('abandoned-by-workers')[Symbol.asyncIterator]();
    expect((await watching.next()).value).toMatchObject({ kind: 'brief', ending: null });
    await withWorker(server(), async () => {
      let last: Sight | undefined;
      for (let next = await watching.next(); next.done !== true; next = await watching.next())
        last = next.value;
      expect(last).toMatchObject({ kind: 'full', status: { outcome: 'promoted' } });
    });
  });
});

describe('the list', () => {
  async function listed(filter: Parameters<Rollouts['list']>[0]): Promise<string[]> {
    const services: string[] = [];
    for await (const brief of client().list(filter)) services.push(`${brief.service} ${brief.version ?? ''}`);
    return services;
  }

  test('has what runs, and on demand what has ended', async () => {
    const rollouts = client();
    await withWorker(server(), async () => {
      await rollouts.start(specOf('listed', briefly));
      await rollouts.result('listed');
      await rollouts.start({ ...specOf('listed'), version: 'v3' });
      await untilPhase(rollouts, 'listed', 'baking');
      // The list is seconds behind what is.
      const eventually = async (filter: Parameters<Rollouts['list']>[0], expected: string[]): Promise<void> =>
        vi.waitFor(async () => expect(await listed(filter)).toEqual(expected), {
          timeout: 20_000,
          interval: 200,
        });
      await eventually({ service: 'listed' }, ['listed v3']);
      await eventually({ service: 'listed', all: true }, ['listed v3', 'listed v2']);
      await eventually({ service: 'listed', phase: 'baking' }, ['listed v3']);
      await eventually({ service: 'listed', phase: 'stuck' }, []);
      await eventually({ service: 'listed', outcome: 'promoted' }, ['listed v2']);
      await rollouts.abort('listed');
      await rollouts.result('listed');
    });
  });

  test('takes a name with quotes and backslashes as it is', async () => {
    expect(await listed({ service: String.raw`"\' OR CoalmineService != "` })).toEqual([]);
    expect(await listed({ service: `" OR WorkflowType = "rollout`, all: true })).toEqual([]);
  });
});

describe('a spec that is too large', () => {
  const gate = {
    approve: '日'.repeat(195),
    by: Array.from({ length: 40 }, (_, at) => `${'本'.repeat(97)}${String(at)}`),
  };
  const withPlan = { ...specOf('large'), steps: Array.from({ length: 30 }, () => gate) };
  const invalid = { ...withPlan, steps: Array.from({ length: 60 }, () => ({ ...gate, weight: 5 })) };
  const beyondPayload = { ...specOf('large'), version: 'v'.repeat(3 * 1024 * 1024) };

  test.each<[string, object, RegExp]>([
    [
      'with its plan',
      withPlan,
      /found a spec that takes [\d.]+ KiB together with its plan, expected at most 512 KiB/,
    ],
    ['by itself', invalid, /found a spec that takes [\d.]+ KiB, expected at most 512 KiB/],
    [
      'for a payload of Temporal',
      beyondPayload,
      /found more than 1048576 characters of text, expected at most 1048576/,
    ],
  ])('%s is refused before anything starts', async (_, spec, said) => {
    for (const call of ['start', 'validate'] as const) {
      const error = await errorOf(client()[call](spec as RolloutSpec));
      expect(error).toMatchObject({ name: 'SpecError' });
      expect((error as Error).message).toMatch(said);
    }
    await expect(client().status('large')).rejects.toThrow(NotRunning);
  });

  test('is refused in the words of the worker', async () => {
    const error = await errorOf(client().start(withPlan));
    await withWorker(server(), async () => {
      const { client } = server();
      await startRaw(client, 'rollout/large', json(withPlan));
      const refused = await errorOf(client.workflow.getHandle('rollout/large').result());
      expect((refused as Error).cause).toMatchObject({
        type: 'SpecRefused',
        message: (error as Error).message,
      });
    });
  });
});

describe('a start while another rollout of the service still keeps stable', () => {
  const kept = (service: string): RolloutSpec => ({
    ...specOf(service, [{ approve: 'switch' }]),
    promote: 'swap',
    keepStable: '1h',
  });

  /** Stable is kept, at the version v2. */
  async function startKept(rollouts: Rollouts, service: string): Promise<void> {
    await rollouts.start(kept(service));
    await untilPhase(rollouts, service, 'waiting');
    await rollouts.approve(service);
    await untilPhase(rollouts, service, 'keeping');
  }

  test('ends that: stable is made its version, and the new rollout begins once it has ended', async () => {
    await withWorker(server(), async (world) => {
      const rollouts = client();
      await startKept(rollouts, 'kept');
      const { runId: first } = await server().client.workflow.getHandle('rollout/kept').describe();
      const waitedFor: (string | null)[] = [];
      const onWait = ({ version, phase }: Brief): void =>
        void waitedFor.push(`${String(version)} ${String(phase)}`);
      const started = await rollouts.start({ ...specOf('kept'), version: 'v3' }, { onWait });
      expect(waitedFor).toEqual(['v2 keeping']);
      const ended = await server()
        .client.workflow.getHandle<() => Promise<RolloutResult>>('rollout/kept', first)
        .result();
      expect(ended).toMatchObject({ outcome: 'promoted', verified: true });
      expect(ended.steps.at(-1)?.because).toBe('promoted by somebody: a rollout of v3 is to begin');
      await untilPhase(rollouts, 'kept', 'baking');
      expect(await statusOf(rollouts, 'kept')).toMatchObject({ version: 'v3', stable: 'v2' });
      expect(started.runId).not.toBe(first);
      expect(world.effects.slice(0, 6)).toEqual([
        ...['deploy v2 100', 'split 100', 'promote v2', 'split 0', 'remove', 'deploy v3 5'],
      ]);
      await rollouts.abort('kept');
      await rollouts.result('kept');
    });
  });

  test('does not where it is of the same version, would be refused, or the wait is paused', async () => {
    await withWorker(server(), async (world) => {
      const rollouts = client();
      await startKept(rollouts, 'kept-on');
      expect(await errorOf(rollouts.start(kept('kept-on')))).toBeInstanceOf(AlreadyRunning);
      const bad = { ...specOf('kept-on'), version: 'v3', every: 'often' };
      expect(await errorOf(rollouts.start(bad))).toBeInstanceOf(SpecError);
      await rollouts.pause('kept-on');
      expect(await errorOf(rollouts.start({ ...kept('kept-on'), version: 'v3' }))).toBeInstanceOf(
        AlreadyRunning,
      );
      expect(await statusOf(rollouts, 'kept-on')).toMatchObject({
        phase: 'paused',
        version: 'v2',
        weight: 100,
      });
      expect(world.effects).toEqual(['deploy v2 100', 'split 100']);
      await rollouts.abort('kept-on');
      await rollouts.result('kept-on');
    });
  });

  test('is refused if the earlier one cannot end without a person', async () => {
    await withWorker(server(), async (world) => {
      const rollouts = client();
      await startKept(rollouts, 'kept-halted');
      world.failAlways('promote', 'refused');
      world.atPromotion = () => (world.stable = ['v1', 'v2']);
      const error = await errorOf(rollouts.start({ ...kept('kept-halted'), version: 'v3' }));
      expect(error).toBeInstanceOf(AlreadyRunning);
      expect((error as AlreadyRunning).running).toMatchObject({ version: 'v2', phase: 'halted' });
      world.stable = ['v1'];
      await rollouts.abort('kept-halted');
      await rollouts.result('kept-halted');
    });
  });
});
