/** What people see of a rollout whose workflow is paused in Temporal itself (`temporal workflow pause`). */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { briefOf } from '../../src/client/brief.ts';
import { latestRun, lookAt } from '../../src/client/look.ts';
import { Rollouts, type Brief } from '../../src/client.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { listLines } from '../../src/cli/view/brief.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import type { World } from '../support/world.ts';
import { scrape } from '../worker/scrape.ts';
import { startWorkerProgram } from '../worker/worker-program.ts';
import { coalmine, fileWith, finished, launch, type Finished } from './coalmine.ts';
import { devServer, gated, specOf, withWorker } from './server.ts';
import { brief, canvas } from './statuses.ts';

const server = devServer(['frontend.WorkflowPauseEnabled=true']);

function client(): Client {
  return new Client({ connection: server().connection });
}

function rollouts(): Rollouts {
  return new Rollouts(client());
}

function environment(): Record<string, string> {
  return { TEMPORAL_ADDRESS: server().address, COALMINE_ALLOW_HOSTS: 'loopback' };
}

function run(...args: string[]): Promise<Finished> {
  return coalmine(args, environment());
}

/** Runs a command as a person pastes it, with the real `temporal`. */
async function temporal(command: string): Promise<string> {
  const [program, ...args] = command.split(' ');
  expect(program).toBe('temporal');
  return (await promisify(execFile)(inject('temporal'), args, { env: environment() })).stdout;
}

async function untilPhase(service: string, phase: string): Promise<void> {
  await vi.waitFor(
    async () => expect(await rollouts().status(service)).toMatchObject({ status: { phase } }),
    { timeout: 30_000, interval: 200 },
  );
}

/** A rollout that bakes with 5% of the traffic when Temporal pauses it. */
async function pausedBake(service: string): Promise<void> {
  await rollouts().start(specOf(service));
  await untilPhase(service, 'baking');
  await temporal(`temporal workflow pause --workflow-id rollout/${service} --reason maintenance`);
}

function unpause(service: string): string {
  return `temporal workflow unpause --workflow-id rollout/${service}`;
}

/** What the doctor finds of one service's rollout. */
async function doctor(service: string): Promise<{ code: number | null; found: Finding[] }> {
  const { code, stdout } = await run('doctor', '--json');
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  return {
    code,
    found: findings.filter(({ about, text }) => about === 'rollouts' && text.startsWith(service)),
  };
}

describe('a rollout that is paused in Temporal', () => {
  test('an abort exits with 8 and names the command; once that has run, the canary is taken back', async () => {
    await withWorker(server(), async (world: World) => {
      await pausedBake('shop');
      const aborted = await run('abort', 'shop', '--reason', 'errors');
      expect(aborted).toMatchObject({ code: 8, stdout: '' });
      expect(aborted.stderr).toContain('paused in Temporal');
      expect(aborted.stderr).toContain('maintenance');
      expect(aborted.stderr).toContain(unpause('shop'));
      expect(world.split.weight).toBe(5);

      const json = await run('approve', 'shop', '--json');
      expect(json.code).toBe(8);
      expect(JSON.parse(json.stdout)).toMatchObject({ handled: null, pausedInTemporal: true });

      await temporal(unpause('shop'));
      expect(await rollouts().result('shop')).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world.split.weight).toBe(0);
    });
  });

  test('status says so, what it means and what to run, with 0', async () => {
    await withWorker(server(), async () => {
      await pausedBake('cart');
      const { code, stdout } = await run('status', 'cart');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^cart v2 {3}paused in Temporal\n/);
      expect(stdout.replace(/\s+/g, ' ')).toMatch(
        /Paused in Temporal by "\S+" \(claimed\): maintenance \((just now|\d+s ago)\)\. Started (just now|\d+s ago), baking, canary at 5%\. Until it is unpaused/,
      );
      expect(stdout).toContain(`next      ${unpause('cart')}\n`);
      expect(stdout).not.toMatch(/fail|worker/);
      await ended('cart');
    });
  });

  test('list has it, with --all, by service and by phase, and never as failed', async () => {
    await withWorker(server(), async () => {
      await pausedBake('listed');
      await vi.waitFor(async () => {
        for (const options of [[], ['--all'], ['--service', 'listed'], ['--phase', 'baking']]) {
          const { stdout } = await run('list', ...options);
          expect(stdout).toMatch(/^listed +v2 +paused in Temporal +5% /m);
        }
      }, 40_000);
      const { stdout } = await run('list', '--json', '--service', 'listed');
      expect(JSON.parse(stdout)).toMatchObject({
        running: true,
        state: 'paused',
        phase: 'baking',
        ended: null,
      });
      await ended('listed');
    });
  });

  test('watch says it on one line, and goes on to the end once it is unpaused', async () => {
    await withWorker(server(), async () => {
      await pausedBake('watched');
      const watching = launch(['watch', 'watched'], environment(), '/');
      const seen: string[] = [];
      watching.stdout.on('data', (data: Buffer) => seen.push(data.toString()));
      await vi.waitFor(
        () =>
          expect(seen.join('')).toMatch(
            /Z baking: paused in Temporal .*abort and every other message waits until: temporal workflow unpause/,
          ),
        30_000,
      );
      await run('abort', 'watched');
      const watched = finished(watching);
      await temporal(unpause('watched'));
      expect((await watched).code).toBe(4);
    });
  });

  test('a second start is told of it', async () => {
    await withWorker(server(), async () => {
      await pausedBake('twice');
      const second = await run(
        'start',
        await fileWith(JSON.stringify({ ...specOf('twice'), version: 'v3' })),
      );
      expect(second).toMatchObject({ code: 7, stdout: '' });
      expect(second.stderr).toContain('paused in Temporal');
      expect(second.stderr).toContain(unpause('twice'));
      await ended('twice');
    });
  });

  test('a gate and a rollout that no worker has taken up are paused the same way', async () => {
    await withWorker(server(), async () => {
      await rollouts().start(specOf('gated', gated));
      await untilPhase('gated', 'waiting');
    });
    await temporal('temporal workflow pause --workflow-id rollout/gated');
    const approved = await run('approve', 'gated', '--by', 'ana');
    expect(approved.code).toBe(8);
    expect(approved.stderr).not.toContain('worker');
    await server().client.workflow.getHandle('rollout/gated').terminate();

    await rollouts().start(specOf('untaken'));
    onTestFinished(async () => {
      await server().client.workflow.getHandle('rollout/untaken').terminate();
    });
    await temporal('temporal workflow pause --workflow-id rollout/untaken');
    const { stdout } = await run('status', 'untaken');
    expect(stdout.replace(/\s+/g, ' ')).toContain('not taken up by a worker yet');
    expect((await run('abort', 'untaken')).code).toBe(8);
  });

  test('doctor reports a problem, with the command that helps', async () => {
    await withWorker(server(), async () => {
      await pausedBake('examined');
      await vi.waitFor(async () => {
        const { code, found } = await doctor('examined');
        expect(found).toMatchObject([{ state: 'problem', mend: [unpause('examined')] }]);
        expect(found[0]?.text).toMatch(/^examined \(baking\) is paused in Temporal .*keeps 5%.*abort waits$/);
        expect(code).toBe(10);
      }, 40_000);
      await ended('examined');
    });
  });

  test('one that was paused after it was described is seen as paused', async () => {
    await withWorker(server(), async () => {
      await rollouts().start(specOf('raced'));
      await untilPhase('raced', 'baking');
      const before = await latestRun(client(), 'raced');
      await temporal('temporal workflow pause --workflow-id rollout/raced');
      expect(await lookAt(client(), before)).toMatchObject({
        kind: 'brief',
        brief: { state: 'paused' },
        why: expect.stringMatching(/^paused in Temporal/) as string,
        ending: null,
      });
      await ended('raced');
    });
  });
});

test('the metrics count it by its phase, and as paused', async () => {
  await withWorker(server(), () => pausedBake('counted'));
  const metrics = `127.0.0.1:${String(await anyFreePort())}`;
  const worker = await startWorkerProgram(server().address, { COALMINE_METRICS_ADDRESS: metrics });
  onTestFinished(worker.kill);
  const sample = (name: string) =>
    expect.poll(async () => (await scrape(metrics)).samples.get(name) ?? 0, { timeout: 45_000 });
  await sample('coalmine_rollouts_paused_in_temporal').toBeGreaterThan(0);
  await sample('coalmine_rollouts{phase="baking"}').toBeGreaterThan(0);
  await ended('counted');
});

test('doctor finds a single activity that Temporal has paused', async () => {
  await withWorker(server(), async (world) => {
    world.failAlways('deploy', 'unavailable');
    await rollouts().start(specOf('halfway'));
    await untilPhase('halfway', 'deploying');
    const handle = server().client.workflow.getHandle('rollout/halfway');
    const { raw } = await handle.describe();
    const id = raw.pendingActivities?.[0]?.activityId ?? '';
    await temporal(`temporal activity pause --workflow-id rollout/halfway --activity-id ${id}`);
    await vi.waitFor(async () => {
      const { found } = await doctor('halfway');
      expect(found).toMatchObject([
        {
          state: 'problem',
          mend: [`temporal activity unpause --workflow-id rollout/halfway --activity-id ${id}`],
        },
      ]);
    }, 40_000);
    await handle.terminate();
  });
});

test('a state that this version does not know is no failure, and an end without an outcome says which', async () => {
  await rollouts().start(specOf('strange'));
  const described = await latestRun(client(), 'strange');
  const from = (name: string, other: object = {}): Brief =>
    briefOf({ ...described, status: { ...described.status, name: name as 'UNKNOWN' }, ...other });
  expect(from('UNKNOWN')).toMatchObject({ running: true, state: 'unknown' });
  expect(from('HIBERNATING')).toMatchObject({ running: true, state: 'unknown' });
  const closed = { closeTime: new Date() };
  const words = ['UNKNOWN', 'TERMINATED', 'TIMED_OUT', 'CANCELLED', 'FAILED', 'COMPLETED'].map((name) => {
    const [, line = ''] = listLines([from(name, closed)], canvas);
    return line.split(/ {2,}/)[2];
  });
  expect(words).toEqual(['unknown', 'terminated', 'timed-out', 'cancelled', 'failed', 'completed']);
  expect(listLines([{ ...brief, state: 'unknown' }], canvas)[1]).toContain('unknown state');
  await server().client.workflow.getHandle('rollout/strange').terminate();
});

/** Leaves nothing that is paused to the tests after it. */
async function ended(service: string): Promise<void> {
  await server().client.workflow.getHandle(`rollout/${service}`).terminate();
}
