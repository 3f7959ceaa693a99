/** docs/cli.md beside the commands themselves: what they take, and each exit code, reached by running them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Client } from '@temporalio/client';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { exitCodeMeanings, type ExitCode } from '../../src/cli/exit-codes.ts';
import { Rollouts } from '../../src/client.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { verbs } from '../../workflows/messages.ts';
import { coalmine, emptyDirectory, fileWith, finished, launch, type Finished } from '../cli/coalmine.ts';
import { briefly, devServer, gated, specOf, withWorker } from '../cli/server.ts';

const server = devServer();
const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const kayenta = fileURLToPath(new URL('../../examples/kayenta/', import.meta.url));

/** The commands that a help lists. */
function namedIn(help: string): string[] {
  const listed = help.replace(/^(Arguments|Options|Exit codes):\n( .*\n)*/gm, '');
  const commands = [...listed.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name = '']) => name);
  return commands.filter((name) => name !== 'help');
}

describe('what the commands take', () => {
  test('every command and every option is on the page, and the page has no other', async () => {
    const { stdout } = await coalmine(['--help']);
    const commands = namedIn(stdout);
    expect(commands).toEqual(expect.arrayContaining([...verbs, 'start', 'doctor']));
    const options = new Set(['--help', '--version']);
    const collect = async (path: string[]): Promise<void> => {
      expect(page, path.join(' ')).toMatch(new RegExp(`coalmine ${path.join(' ')}\\b`));
      const help = (await coalmine([...path, '--help'])).stdout;
      for (const [, option = ''] of help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) options.add(option);
      await Promise.all(namedIn(help).map((name) => collect([...path, name])));
    };
    await Promise.all(commands.map((name) => collect([name])));
    const ofOthers = /^.*(docker|npm|temporal) .*$/gm;
    const named = [...page.replace(ofOthers, '').matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([name]) => name);
    expect([...new Set(named)].filter((option) => !options.has(option))).toEqual([]);
    expect([...options].filter((option) => !page.includes(option))).toEqual(['--help', '--version']);
  });
});

function run(...args: string[]): Promise<Finished> {
  return coalmine(args, { TEMPORAL_ADDRESS: server().address });
}

async function start(spec: RolloutSpec, ...options: string[]): Promise<Finished> {
  return run('start', await fileWith(JSON.stringify(spec)), ...options);
}

function rollouts(): Rollouts {
  return new Rollouts(new Client({ connection: server().connection }));
}

async function inPhase(service: string, phase: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const answer = await rollouts().status(service);
        return answer.kind === 'full' ? answer.status.phase : answer.why;
      },
      { timeout: 60_000 },
    )
    .toBe(phase);
}

function terminatesWithTest(service: string): void {
  onTestFinished(async () => {
    await server().client.workflow.getHandle(`rollout/${service}`).terminate();
  });
}

function judge(...options: string[]): Promise<Finished> {
  const files = ['--config', 'kayenta.json', '--canary', 'canary.json', '--baseline', 'baseline.json'];
  const args = files.map((arg) => (arg.startsWith('--') ? arg : kayenta + arg));
  return run('judge', ...args, ...options);
}

/** Every way to an exit code that the page names. Exhaustive, or it does not compile. */
const ways: Record<ExitCode, Record<string, () => Promise<Finished>>> = {
  0: {
    done: async () => run('validate', await fileWith(JSON.stringify(specOf('sound')))),
    promoted: () => withWorker(server(), () => start(specOf('promoted', briefly), '--watch')),
  },
  1: {
    'a server without the search attributes': async () => {
      const executable = { type: 'existing-path', path: inject('temporal') } as const;
      const bare = await TestWorkflowEnvironment.createLocal({ server: { executable } });
      onTestFinished(() => bare.teardown());
      return coalmine(['list', '--service', 'shop'], { TEMPORAL_ADDRESS: bare.address });
    },
  },
  2: {
    'an argument': () => run('status'),
    'a file that cannot be read': () => run('validate', '/no/such/file.yaml'),
    'a value in the environment': () => coalmine(['doctor'], { COALMINE_LOG_LEVEL: 'loud' }),
  },
  3: {
    'rolled-back': () =>
      withWorker(server(), (world) => {
        world.measure = () => ({ status: 'down' });
        return start(specOf('failing', [{ weight: 5, bake: '2s', onInconclusive: 'roll-back' }]), '--watch');
      }),
  },
  4: {
    aborted: () =>
      withWorker(server(), async () => {
        await start(specOf('aborted'));
        await run('abort', 'aborted');
        return run('watch', 'aborted');
      }),
    rejected: () =>
      withWorker(server(), async () => {
        await start(specOf('rejected', gated));
        await inPhase('rejected', 'waiting');
        await run('reject', 'rejected', '--by', 'ana');
        return run('watch', 'rejected');
      }),
    'cancelled in Temporal': () =>
      withWorker(server(), async () => {
        await start(specOf('cancelled'));
        await inPhase('cancelled', 'baking');
        await server().client.workflow.getHandle('rollout/cancelled').cancel();
        return run('watch', 'cancelled');
      }),
  },
  5: {
    'refused here': () => start({ ...specOf('bad'), every: 'never' }),
    'refused by the worker': () =>
      withWorker(server(), async () => {
        await rollouts().start({ ...specOf('from-elsewhere'), every: 'never' });
        return run('watch', 'from-elsewhere');
      }),
    'nothing to judge': async () =>
      run(
        'judge',
        ...['--config', `${kayenta}kayenta.json`, '--baseline', `${kayenta}baseline.json`],
        ...['--canary', await fileWith('[]')],
      ),
  },
  6: {
    'no server': async () =>
      coalmine(['list'], { TEMPORAL_ADDRESS: `127.0.0.1:${String(await anyFreePort())}` }),
    'no such namespace': () =>
      coalmine(['list'], { TEMPORAL_ADDRESS: server().address, TEMPORAL_NAMESPACE: 'elsewhere' }),
  },
  7: {
    'a rollout is already running': async () => {
      terminatesWithTest('twice');
      await start(specOf('twice'));
      return start(specOf('twice'));
    },
    'there is none': () => run('status', 'nobody'),
    ...Object.fromEntries(verbs.map((verb) => [`there is none to ${verb}`, () => run(verb, 'nobody')])),
    'none that still runs': async () => {
      await start(specOf('over'));
      await server().client.workflow.getHandle('rollout/over').terminate();
      return run('pause', 'over');
    },
  },
  8: {
    'nothing to approve': () =>
      withWorker(server(), async () => {
        terminatesWithTest('no-gate');
        await start(specOf('no-gate'));
        await inPhase('no-gate', 'baking');
        return run('approve', 'no-gate');
      }),
  },
  9: {
    abandoned: () =>
      withWorker(server(), async (world) => {
        await start(specOf('abandoned'));
        await inPhase('abandoned', 'baking');
        world.failAlways('split', 'refused');
        await run('abort', 'abandoned');
        await inPhase('abandoned', 'stuck');
        await run('abandon', 'abandoned');
        return run('watch', 'abandoned');
      }),
    terminated: async () => {
      await start(specOf('terminated'));
      await server().client.workflow.getHandle('rollout/terminated').terminate();
      return run('watch', 'terminated');
    },
    'timed out': async () => {
      await server().client.workflow.start('rollout', {
        ...{ workflowId: 'rollout/timed-out', taskQueue: 'nobody', args: [specOf('timed-out')] },
        workflowExecutionTimeout: '1s',
      });
      return run('watch', 'timed-out');
    },
  },
  10: {
    doctor: () => run('doctor'),
    'validate --live': () =>
      withWorker(server(), async (world) => {
        world.measure = () => ({ missing: 'nothing there' });
        return run('validate', await fileWith(JSON.stringify(specOf('unmeasured'))), '--live');
      }),
  },
  11: { marginal: () => judge() },
  12: { 'the canary fails': () => judge('--pass', '99', '--marginal', '98') },
  13: {
    'hardly anything passes': async () => {
      const spec = specOf('hopeless', [{ weight: 1, bake: '10s' }]);
      const source = {
        ...{ type: 'http' as const, url: 'http://127.0.0.1:9/$track' },
        ...{ events: '$.errors', total: '$.requests' },
      };
      const metrics: RolloutSpec['metrics'] = [{ name: 'errors', kind: 'rate', source }];
      const file = await fileWith(JSON.stringify({ ...spec, metrics }));
      return run('forecast', file, '--rps', '1', '--error-rate', '1%');
    },
  },
};

describe.each(Object.keys(exitCodeMeanings).map(Number) as ExitCode[])('exit code %i', (expected) => {
  test.each(Object.entries(ways[expected]))('%s', async (_what, way) => {
    const { code, stdout, stderr } = await way();
    expect(code, stdout + stderr).toBe(expected);
    expect(stdout + stderr).not.toBe('');
  });
});

test('Ctrl-C in watch exits with 130 and leaves the rollout as it is', async () => {
  terminatesWithTest('left');
  await start(specOf('left'));
  const watching = launch(['watch', 'left'], { TEMPORAL_ADDRESS: server().address }, await emptyDirectory());
  watching.stdout.once('data', () => watching.kill('SIGINT'));
  const { code, stderr } = await finished(watching);
  expect(code).toBe(130);
  expect(stderr).toContain('coalmine watch left');
});

test('a pipe that nobody reads any more exits with 141', async () => {
  const listing = launch(['--help'], {}, await emptyDirectory());
  listing.stdout.destroy();
  const code = await new Promise((resolve) => listing.once('exit', resolve));
  expect(code).toBe(141);
});
