import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const limited: Partial<RolloutSpec> = {
  metrics: [
    {
      name: 'errors',
      kind: 'rate',
      source: { type: 'http', url: 'http://127.0.0.1:1/$track', events: '$.errors', total: '$.requests' },
      max: '2%',
    },
  ],
  steps: [{ weight: 50, bake: '10m' }],
};

test('what a limit was judged by is in the status, in the result and in the details', async () => {
  const world = new World();
  world.measure = () => ({ events: 8, total: 100 });
  await procedure.with(world, async (start) => {
    const run = await start(limited);
    const result = await run.result();
    expect(result).toMatchObject({ outcome: 'rolled-back' });
    const numbers = { max: 0.02, harm: expect.any(Number) as number, needed: { harm: 100, pass: 20 } };
    const [metric] = result.steps.at(-1)?.evidence ?? [];
    expect(metric).toMatchObject({ name: 'errors', kind: 'fail', evidence: numbers });
    expect(metric?.evidence?.canary.sum).toBe((metric?.evidence?.canary.n ?? 0) * 0.08);
    const { verdict } = await run.status();
    expect(verdict?.metrics).toMatchObject([{ name: 'errors', evidence: numbers }]);
    const details = await run.handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(details.currentDetails).toMatch(
      /errors: \*\*fail\*\*.*Evidence of harm [\d,.]+ of the 100 needed, of a pass below 0.01 of 20/,
    );
  });
});
