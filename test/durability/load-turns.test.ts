import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Rollouts } from '../../src/client.ts';
import { coalmine } from '../cli/coalmine.ts';
import { openContractLab } from './contract-lab.ts';

const turn = 'waits for its turn: the loads of this worker send at most 60 req/s in all (COALMINE_LOAD_RATE)';
const slot = 'for a worker: none has a free slot for it (COALMINE_LOAD_SLOTS), or its last attempt failed';

/** What is said of the load while the canary is tested, each text once in a row: `null` where nothing waits. */
async function saidOf(rollouts: Rollouts, service: string): Promise<(string | null)[]> {
  const said: (string | null)[] = [];
  for (;;) {
    const answer = await rollouts.status(service);
    const { status, waiting } = answer.kind === 'full' ? answer : { status: null, waiting: null };
    if (status?.outcome) return said;
    const why = waiting?.why ?? null;
    if ((status?.phase === 'testing' || why !== null) && said.at(-1) !== why) said.push(why);
    await delay(100);
  }
}

test('loads that do not fit wait their turn one after another and say so, are sent in full all the same, and say how long they waited', async () => {
  // One is sent, one waits for its turn, and one for a slot.
  const env = { COALMINE_LOAD_RATE: '60', COALMINE_LOAD_SLOTS: '2' };
  const { address, rollouts, start } = await openContractLab({ env });
  const services = ['ales', 'breads', 'cakes'];
  for (const service of services)
    await start(service, [{ weight: 20, bake: '1s' }], { rate: '50/s', duration: '4s' });
  const said = services.map((service) => saidOf(rollouts, service));
  await expect
    .poll(async () => {
      const shown = services.map((service) => coalmine(['status', service], { TEMPORAL_ADDRESS: address }));
      return (await Promise.all(shown)).map(({ stdout }) => stdout.replace(/\s+/g, ' ')).join('\n');
    })
    .toContain(`load ${turn}; began to wait`);
  const tests = await Promise.all(
    services.map(async (service) => {
      const { outcome, verdicts } = await rollouts.result(service);
      expect(outcome).toBe('promoted');
      const answer = await rollouts.status(service);
      expect(answer).toMatchObject({ waiting: null });
      const { test } = answer.kind === 'full' ? answer.status : {};
      expect(`test: ${String(test?.said)}`).toBe(verdicts[0]);
      return verdicts[0] ?? '';
    }),
  );
  // Which of them comes first is the server's choice.
  const waited = tests
    .map((text) => {
      expect(text).toMatch(/^test: load-errors: 0% \(.*\): 0 of (19\d|20\d) requests/);
      return Number(/it waited ([\d.]+)s/.exec(text)?.[1] ?? 0);
    })
    .sort((a, b) => a - b);
  expect(waited[0]).toBe(0);
  expect(waited[1]).toBeGreaterThanOrEqual(3);
  expect(waited[2]).toBeGreaterThanOrEqual(7);

  const [first = [], second = [], third = []] = (await Promise.all(said)).sort((a, b) => a.length - b.length);
  expect(first).toEqual([null]);
  // What waits is under way from then on, and says nothing more.
  const waits = turn.slice('waits '.length);
  expect(second.slice(-2)).toEqual([waits, null]);
  expect(third.filter((why) => why !== null)).toEqual([slot, waits]);
  expect(third.at(-1)).toBeNull();
});
