/** `promote: swap` on the example platform, under requests of its users. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import axios from 'axios';
import { describe, expect, vi } from 'vitest';
import { parseSpec } from '../../src/spec/parse.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { canary, expectAll, served, service, stable, test, type Lab } from './lab.ts';

const swap: Partial<RolloutSpec> = { promote: 'swap', keepStable: '1h', steps: [{ weight: 20, bake: '2s' }] };
const swapped = ['deploy 100', 'split 20', 'split 100'];

/** Requests one after the other without a pause, with what answered each. */
function startAsking({ platform }: Lab): () => Promise<{ sent: number; track: string; status: number }[]> {
  const answers: { sent: number; track: string; status: number }[] = [];
  const users = axios.create({ httpAgent: new Agent({ keepAlive: true }), validateStatus: () => true });
  const ask = async (): Promise<void> => {
    const sent = performance.now();
    const { status, headers } = await users.get<unknown>(`${platform.front}/menu`);
    answers.push({ sent, track: String(headers['x-track']), status });
  };
  const asking = new AbortController();
  const asked = (async () => {
    while (!asking.signal.aborted) await ask();
  })();
  return async () => {
    asking.abort();
    await asked;
    return answers;
  };
}

async function expectKept(lab: Lab): Promise<void> {
  expect(await lab.split()).toMatchObject({ weight: 100 });
  const copies = await lab.platform.copies();
  const running = copies.map(({ track, version, state }) => `${track} ${version} ${state}`);
  expect(running.toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => `canary ${canary} serving`),
    ...Array.from({ length: 3 }, () => `stable ${stable} serving`),
  ]);
}

describe.concurrent('while stable is kept', { timeout: 120_000 }, () => {
  test('an abort gives it all traffic back, and no request fails', async ({ lab }) => {
    await lab.start(swap);
    await lab.until(({ phase }) => phase === 'keeping');
    await expectKept(lab);
    const stop = startAsking(lab);
    lab.users.reset();
    await served(lab, 20);
    expect(Object.keys(lab.users.seen().byTrack)).toEqual(['canary']);
    const said = performance.now();
    expect(await lab.rollouts.abort(service, { by: 'ana' })).toMatchObject({ handled: true });
    expect(await lab.handle.result()).toMatchObject({ outcome: 'aborted', verified: true });
    const answers = await stop();
    const last = answers.findLast(({ track }) => track === 'canary');
    console.log(
      `from abort to the last request that the canary got: ${String(Math.round((last?.sent ?? NaN) - said))} ms`,
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(lab.users.seen().errors).toBe(0);
    expect(await lab.effects()).toEqual([...swapped, 'split 0', 'remove']);
    await expectAll(stable, lab);
  });

  test('the worker is killed: stable is kept on, and an abort said meanwhile is not lost', async ({
    lab,
  }) => {
    await lab.start(swap);
    await lab.until(({ phase }) => phase === 'keeping');
    await lab.killWorker();
    await lab.handle.signal('abort', { by: 'ana' });
    await expectKept(lab);
    await lab.startWorker();
    expect(await lab.handle.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(await lab.effects()).toEqual([...swapped, 'split 0', 'remove']);
    await expectAll(stable, lab);
  });

  test('everything is killed, and it is kept on for what was left of its time', async ({ lab }) => {
    await lab.start({ ...swap, keepStable: '12s' });
    await lab.until(({ phase, bake }) => phase === 'keeping' && bake?.keepsStable === true);
    await Promise.all([lab.temporal.kill(), lab.killWorker(), lab.platform.kill('SIGKILL')]);
    await Promise.all([lab.temporal.restart(), lab.platform.restart()]);
    await vi.waitFor(() => expectKept(lab), 30_000);
    await lab.startWorker();
    expect(await lab.handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(await lab.effects()).toEqual([...swapped, 'promote', 'split 0', 'remove']);
    await expectAll(canary, lab);
  });
});

test(
  'examples/blue-green.yaml swaps, keeps stable and replaces it, and no request of a user fails',
  { timeout: 180_000 },
  async ({ lab }) => {
    const { control, front } = lab.platform;
    const file = readFileSync(new URL('../../examples/blue-green.yaml', import.meta.url), 'utf8')
      .replaceAll('http://127.0.0.1:4001', control)
      .replaceAll('http://127.0.0.1:4000', front)
      .replace('keepStable: 30m', 'keepStable: 10s');
    await lab.rollouts.start(parseSpec(file, 'blue-green.yaml').spec);
    await lab.until(({ phase }) => phase === 'keeping');
    await expectKept(lab);
    const { outcome, verified, steps } = await lab.handle.result();
    expect({ outcome, verified }).toEqual({ outcome: 'promoted', verified: true });
    expect(steps.map(({ label, ended }) => `${label} ${ended}`)).toEqual([
      'header x-staff=1 advanced',
      '100%, stable kept advanced',
    ]);
    const { requests, errors } = lab.users.seen();
    console.log(`${String(errors)} of ${String(requests)} requests of users failed`);
    expect(errors).toBe(0);
    await expectAll(canary, lab);
  },
);
