/** So many messages while a rollout waits that the server would soon take no more of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { crowd, detailsOf } from '../support/latest-run.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

test('at a gate and in a pause a crowded rollout goes on in a new run, and keeps what it was told and its clocks', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const run = await start({
      steps: [
        { approve: 'go', need: 2, within: '9h' },
        { weight: 5, bake: '1m' },
      ],
    });
    await run.until('waiting');
    await run.send('approve', { by: 'ana', id: 'first' });
    const before = await run.status();
    await crowd(procedure, run);
    const gated = await run.until('waiting');
    expect(gated.gate).toEqual(before.gate);
    expect(gated.messages).toHaveLength(200);
    expect(gated.notKept).toEqual({ messages: 1 + 520 - 200, ids: 0, notices: 0 });
    expect(await detailsOf(procedure, run)).toContain('321 earlier messages no longer listed');

    await run.signal('pause', { by: 'ben', reason: 'lunch' });
    const { paused } = await run.until('paused');
    await run.signal('approve', { by: 'ben' });
    await crowd(procedure, run);
    expect((await run.until('paused')).paused).toEqual(paused);
    await run.signal('resume');
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(world.effects.filter((effect) => effect.startsWith('deploy'))).toEqual(['deploy v2 5']);
  });
});

test('in a bake and while it waits to take the canary back a crowded rollout goes on in a new run, stuck and told so once', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const run = await start({
      notify: [{ type: 'webhook', url: 'http://127.0.0.1:1/' }],
      steps: [
        { weight: 5, bake: '1m' },
        { weight: 50, bake: '1m' },
      ],
    });
    await run.until('baking');
    await crowd(procedure, run);
    world.failAlways('split', 'refused');
    await run.signal('abort');
    await run.until(({ phase }) => phase === 'stuck');
    await crowd(procedure, run);
    expect((await run.status()).doing).toMatch(/^Stuck taking the canary back: /);
    await crowd(procedure, run);
    world.failAlways('split', 'none');
    await run.signal('resume');
    expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(world.split.weight).toBe(0);
    expect(world.notices.map(({ event }) => event)).toEqual(['stuck', 'ended']);
  });
});
