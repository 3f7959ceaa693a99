/** What a health page says with an error status, through a whole rollout. */
import { expect, test, vi } from 'vitest';
import { startSource } from '../activities/metrics/source.ts';
import { faultyRollouts } from './rollouts.ts';

const start = faultyRollouts();

async function bakeBeside(answer: { status: number; body: string }) {
  const health = await startSource();
  const now = { status: 200, body: '{"status":"UP"}' };
  health.answer((_request, response) => response.writeHead(now.status).end(now.body));
  const rollout = await start(() => null, {
    metrics: [
      {
        name: 'health',
        kind: 'status',
        ok: ['UP'],
        source: { type: 'http', url: health.url },
        failures: { consecutive: 3 },
      },
    ],
    steps: [{ weight: 20, bake: '20s' }],
  });
  await vi.waitFor(async () => expect((await rollout.status()).weight).toBe(20), 30_000);
  Object.assign(now, answer);
  return rollout;
}

test('a health page that answers 503 and DOWN takes the canary back within seconds', async () => {
  const { result } = await bakeBeside({ status: 503, body: '{"status":"DOWN"}' });
  const changed = Date.now();
  const { outcome, cause } = await result();
  expect({ outcome, cause }).toEqual({
    outcome: 'rolled-back',
    cause: expect.stringContaining('DOWN') as string,
  });
  expect(Date.now() - changed).toBeLessThan(30_000);
});

test.each([
  ['a proxy answers 503 for it', { status: 503, body: '<html>no server</html>' }],
  ['it answers 500 and UP', { status: 500, body: '{"status":"UP"}' }],
])('the weight is held where %s', async (_, answer) => {
  const { status, abort, result } = await bakeBeside(answer);
  await vi.waitFor(
    async () => expect(await status()).toMatchObject({ phase: 'holding', weight: 20 }),
    90_000,
  );
  await abort();
  expect(await result()).toMatchObject({ outcome: 'aborted', verified: true });
});
