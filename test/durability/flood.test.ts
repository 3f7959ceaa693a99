/** More messages than the server takes for one run, while a rollout waits: an abort still gets through. */
import { expect, test } from 'vitest';
import { openContractLab } from './contract-lab.ts';

const service = 'flooded';

/** Of updates; the server's own is 2,000. That of signals, 10,000, would take long to reach. */
const limits = ['history.maxTotalUpdates=700'];

test(
  '1,000 signals and 750 updates, more than one run takes, at a gate: it goes on in new runs, and an abort acts',
  { timeout: 120_000 },
  async () => {
    const { client, rollouts, start } = await openContractLab({ dynamicConfig: limits });
    const target = await start(service, [
      { weight: 5, bake: '1s' },
      { approve: 'go on', by: ['ana'] },
    ]);
    const handle = client.workflow.getHandle(`rollout/${service}`);
    const first = (await handle.describe()).runId;
    await expect
      .poll(() => rollouts.status(service), { timeout: 30_000 })
      .toMatchObject({ status: { phase: 'waiting' } });

    await inTurns(1_000, 50, () => handle.signal('approve', { by: 'eve' }));
    await inTurns(750, 10, (at) => rollouts.approve(service, { by: 'eve', id: String(at) }));

    // Answered, which no update beyond the limit is.
    expect(await rollouts.abort(service, { by: 'ana' })).toMatchObject({ handled: true });
    expect(await rollouts.result(service)).toMatchObject({ outcome: 'aborted', verified: true });
    expect((await handle.describe()).runId).not.toBe(first);
    const splits = target.arrived.filter(({ body }) => (body as { call?: string } | null)?.call === 'split');
    expect(splits.at(-1)?.body).toMatchObject({ weight: 0 });
  },
);

/** So many calls, so many at once. */
async function inTurns(count: number, atOnce: number, call: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await call((next += 1));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
