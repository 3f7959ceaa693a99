import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import type { Fence } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { openContractLab } from './contract-lab.ts';

const service = 'long';
/** A rollout remembers the last 200 messages. */
const mostSaid = 180;
const weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Of a rollout that goes on from run to run, every run. */
async function runsOf(client: Client, first: string): Promise<string[]> {
  const runs = [first];
  for (let run: string | undefined = first; run !== undefined;) {
    const { events } = await client.workflow.getHandle(`rollout/${service}`, run).fetchHistory();
    run = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
    if (run !== undefined) runs.push(run);
  }
  return runs;
}

test(
  'a long rollout goes on in run after run, and no message is lost or handled twice',
  { timeout: 120_000 },
  async () => {
    const { client, rollouts, start } = await openContractLab({
      dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'],
    });
    const target = await start(service, [
      ...weights.map((weight) => ({ weight, bake: '1s' })),
      { approve: 'release to everyone' },
    ]);
    const handle = client.workflow.getHandle(`rollout/${service}`);
    const { runId } = await handle.describe();
    const status = async (): Promise<RolloutStatus> => {
      const answer = await rollouts.status(service);
      if (answer.kind === 'brief') throw new Error(answer.why);
      return answer.status;
    };

    // People talk to it all the while, by updates and by plain signals.
    const said: string[] = [];
    while ((await status()).gate === null && said.length < mostSaid) {
      const round = said.length;
      const ids = ['pause', 'resume', 'abandon'].map((verb) => `${verb} ${round}`);
      const [pause = '', resume = '', abandon = ''] = ids;
      await rollouts.pause(service, { id: pause });
      await rollouts.resume(service, { id: resume });
      await handle.signal('abandon', { id: abandon });
      said.push(...ids);
      await delay(300);
    }

    await vi.waitFor(async () => expect((await status()).gate).not.toBeNull(), 60_000);

    // And once more what was said in runs that are over.
    for (const id of said) await handle.signal(id.split(' ')[0] ?? '', { id });
    const { messages, steps } = await status();
    expect(steps.done.map(({ label, ended }) => `${label} ${ended}`)).toEqual(
      weights.map((weight) => `${weight}% advanced`),
    );
    expect(messages.map(({ verb, handled }) => `${verb} ${handled}`)).toEqual(
      said.map((id) => id.replace(/\d+/, String(!id.startsWith('abandon')))),
    );

    expect(await rollouts.approve(service)).toMatchObject({ handled: true });
    expect(await rollouts.result(service)).toMatchObject({ outcome: 'promoted', verified: true });
    const runs = await runsOf(client, runId);
    expect(runs.length).toBeGreaterThan(3);

    const effects = target.arrived
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => body as { call: string; weight?: number; fence: Fence });
    expect(effects.filter(({ call }) => call === 'split').map(({ weight }) => weight)).toEqual([
      ...weights,
      0,
    ]);
    // One order over all runs.
    expect(new Set(effects.map(({ fence }) => fence.epoch)).size).toBe(1);
    expect(effects.map(({ fence }) => fence.number)).toEqual(effects.map((_, at) => at + 1));
  },
);
