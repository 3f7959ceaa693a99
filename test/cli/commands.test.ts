/** The command line on a real server, with real workers where there are any. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Client } from '@temporalio/client';
import { Rollouts } from '../../src/client.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { coalmine, fileWith, type Finished } from './coalmine.ts';
import { briefly, devServer, gated, specOf, withWorker } from './server.ts';

const server = devServer();

function run(...args: string[]): Promise<Finished> {
  return coalmine(args, { TEMPORAL_ADDRESS: server().address });
}

async function start(spec: RolloutSpec, ...options: string[]): Promise<Finished> {
  return run('start', await fileWith(JSON.stringify(spec)), ...options);
}

/** Leaves no rollout to a later worker. */
function endsWithTest(service: string): void {
  onTestFinished(async () => {
    await server().client.workflow.getHandle(`rollout/${service}`).terminate();
  });
}

function rollouts(): Rollouts {
  return new Rollouts(new Client({ connection: server().connection }));
}

function objects(lines: string): Record<string, unknown>[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('without a worker', () => {
  test('start says what it started and what to do next; a second start exits with 7', async () => {
    endsWithTest('checkout');
    const first = await start(specOf('checkout'));
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('Started rollout/checkout: checkout v2');
    expect(first.stdout).toContain('Next: coalmine watch checkout');

    const second = await start(specOf('checkout'), '--release', 'v3');
    expect(second).toMatchObject({ code: 7, stdout: '' });
    expect(second.stderr).toContain('is already running: v2');
    expect(second.stderr).toContain('coalmine abort checkout');
  });

  test('status, list and abort say what the server alone knows', async () => {
    endsWithTest('basket');
    const started = await start(specOf('basket'), '--release', 'v7', '--json');
    expect(JSON.parse(started.stdout)).toMatchObject({
      rollout: 'rollout/basket',
      version: 'v7',
      webUi: null,
    });

    const status = await run('status', 'basket');
    expect(status.code).toBe(0);
    expect(status.stdout).toContain('basket v7   no worker yet');
    expect(status.stdout).toContain('coalmine worker');

    const list = await run('list', '--service', 'basket', '--json');
    expect(objects(list.stdout)).toMatchObject([{ service: 'basket', version: 'v7', running: true }]);

    const abort = await run('abort', 'basket', '--reason', 'too early');
    expect(abort).toMatchObject({ code: 0, stderr: '' });
    expect(abort.stdout).toContain('Accepted, no worker is running');
  });

  test('a refused spec starts nothing and exits with 5', async () => {
    const refused = await start({ ...specOf('bad'), every: 'never', steps: [] }, '--json');
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: { problems: [{ path: 'every' }, { path: 'steps' }] },
    });
    expect(await run('status', 'bad')).toMatchObject({ code: 7 });
  });

  test('a message to nobody exits with 7', async () => {
    const { code, stdout, stderr } = await run('pause', 'nobody', '--json');
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { name: 'NotRunning', exitCode: 7 } });
  });

  test('a namespace that is not there exits with 6', async () => {
    const elsewhere = { TEMPORAL_ADDRESS: server().address, TEMPORAL_NAMESPACE: 'elsewhere' };
    const { code, stderr } = await coalmine(['status', 'checkout'], elsewhere);
    expect(code).toBe(6);
    expect(stderr).toContain('elsewhere');
  });
});

describe('with a worker', () => {
  test('start --watch tells every change on a line and exits with 0 when promoted', async () => {
    await withWorker(server(), async () => {
      const { code, stdout, stderr } = await start(specOf('good', briefly), '--watch');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ promoted: /m);
      expect(stdout).toMatch(/Z step 1 \(50%\) advanced: /);
      expect(stdout).toContain('v2 serves everyone.');
    });
  });

  test('a rollout that is taken back exits with 3, and status shows the evidence', async () => {
    await withWorker(server(), async (world) => {
      world.measure = () => ({ status: 'down' });
      const spec = specOf('failing', [{ weight: 5, bake: '2s', onInconclusive: 'roll-back' }]);
      const { code, stdout } = await start(spec, '--watch', '--json');
      expect(code).toBe(3);
      const [first, ...changes] = objects(stdout);
      expect(first).toMatchObject({ rollout: 'rollout/failing', version: 'v2' });
      expect(changes.at(-1)).toMatchObject({
        kind: 'full',
        status: { phase: 'ended', outcome: 'rolled-back' },
        ending: { how: 'completed', result: { outcome: 'rolled-back' } },
      });

      const status = await run('status', 'failing');
      expect(status.stdout).toContain('✗ rolled-back');
      expect(status.stdout).toMatch(/verdict +\S+ .*health/);
    });
  });

  test('start ends a rollout that only keeps stable after a swap, says so, and begins', async () => {
    await withWorker(server(), async () => {
      const swap: RolloutSpec = {
        ...specOf('swapped', [{ approve: 'go' }]),
        promote: 'swap',
        keepStable: '1h',
      };
      await start(swap);
      const shows = async (text: string): Promise<void> =>
        expect.poll(async () => (await run('status', 'swapped')).stdout, { timeout: 40_000 }).toContain(text);
      await shows('coalmine approve swapped');
      await run('approve', 'swapped');
      await shows('coalmine promote swapped  end the wait, replace stable now');

      const next = await start(specOf('swapped', briefly), '--release', 'v3');
      expect(next.code).toBe(0);
      expect(next.stderr).toBe(
        'The rollout of swapped v2 still keeps the earlier version running. It is promoted first; the new rollout starts once it has ended.\n',
      );
      expect(next.stdout).toContain('Started rollout/swapped: swapped v3');
      const watched = await run('watch', 'swapped');
      expect(watched.stdout).toContain('v3 serves everyone.');
    });
  });

  test('people approve, are refused, and abort; the watcher exits with 4', async () => {
    await withWorker(server(), async () => {
      await start(specOf('talked-to', gated));
      await expect
        .poll(async () => (await run('status', 'talked-to')).stdout, { timeout: 40_000 })
        .toContain('coalmine approve talked-to');

      const unfit = await run('approve', 'talked-to', '--by', 'ben');
      expect(unfit).toMatchObject({ code: 8, stdout: '' });
      expect(unfit.stderr).toContain('approve was without effect: "ben" (claimed) may not decide this gate');

      const fit = await run('approve', 'talked-to', '--by', 'ana', '--gate', '1', '--id', 'a1', '--json');
      expect(fit.code).toBe(0);
      expect(JSON.parse(fit.stdout)).toMatchObject({ verb: 'approve', id: 'a1', handled: true });

      const [watched, aborted] = await Promise.all([run('watch', 'talked-to'), run('abort', 'talked-to')]);
      expect(aborted).toMatchObject({ code: 0, stderr: '' });
      expect(watched.code).toBe(4);
      expect(watched.stdout).toMatch(/Z aborted: /);
      expect(await run('abort', 'talked-to')).toMatchObject({ code: 7 });
    });
  });

  test('a spec that only the worker refuses exits with 5 too', async () => {
    await withWorker(server(), async () => {
      await rollouts().start({ ...specOf('from-elsewhere'), every: 'never' });
      const { code, stdout } = await run('watch', 'from-elsewhere');
      expect(code).toBe(5);
      expect(stdout).toContain('Nothing was started');
      expect(stdout).toContain('every');
    });
  });

  test('a rollout that was terminated exits with 9', async () => {
    await rollouts().start(specOf('terminated'));
    await server().client.workflow.getHandle('rollout/terminated').terminate('by hand');
    const { code, stdout } = await run('watch', 'terminated');
    expect(code).toBe(9);
    expect(stdout).toContain('Terminated: by hand.');
  });
});
