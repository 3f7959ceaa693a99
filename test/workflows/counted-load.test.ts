import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const front = 'http://127.0.0.1:1/';
const spec: Partial<RolloutSpec> = {
  load: { type: 'http', path: '/', rate: '10/s', bake: front },
  metrics: [
    {
      name: 'errors',
      kind: 'rate',
      source: { type: 'http', url: `${front}$track`, events: '$.errors', total: '$.requests' },
    },
  ],
  steps: [{ weight: 50, bake: '10m' }],
  onNoSignal: { hold: '15m' },
};

/** Of what goes through the front door, so much is counted: 100 requests in each tick of ten seconds. */
function worldThatCounts(share: number): World {
  const world = new World();
  world.measure = () => ({ events: 0, total: 50 * share });
  return world;
}

test('numbers that leave out what the load sent hold the weight, and neither promote nor take back', async () => {
  const world = worldThatCounts(0.3);
  world.report = { requests: 6000, errors: 0 };
  await procedure.with(world, async (start) => {
    const run = await start(spec);
    await run.until('baking');
    await procedure.env.sleep('40m');
    const { phase, paused, verdict, weight } = await run.status();
    expect({ phase, weight }).toEqual({ phase: 'paused', weight: 50 });
    expect(verdict).toMatchObject({ kind: 'no-signal' });
    expect(verdict?.because).toMatch(/^the load had [\d,]+ good answers where errors counts, which counted/);
    expect(paused?.reason).toContain('say counted: false in load');
    await run.send('abort');
    await run.result();
  });
});

test('a metric that is not meant to count it all says so, and the release goes on', async () => {
  const world = worldThatCounts(0.3);
  world.report = { requests: 6000, errors: 0 };
  world.measure = () => ({ events: 5, total: 200 });
  await procedure.with(world, async (start) => {
    const run = await start({
      ...spec,
      load: { type: 'http', path: '/', rate: '10/s', bake: front, counted: false },
    });
    expect(await run.result()).toMatchObject({ outcome: 'promoted' });
  });
});
