/** Runs docs/temporal.md: its commands, in its order, with the `temporal` CLI on a real server, worker and platform. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { partitionArguments } from '../../src/temporal/server-settings.ts';
import { blocksOf, commandsOf, patternOf, tidy } from '../support/page.ts';
import { launchPlatform, type RunningPlatform } from '../support/platform.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const blocks = blocksOf(await readFile(new URL('../../docs/temporal.md', import.meta.url), 'utf8'));
const commands = blocks.filter(({ language }) => language === 'console').flatMap(commandsOf);
const project = fileURLToPath(new URL('../..', import.meta.url));

let directory: string;
let server: TestWorkflowEnvironment;
let platform: RunningPlatform;
let worker: WorkerProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coalmine-plain-'));
  const executable = { type: 'existing-path', path: inject('temporal') } as const;
  [server, platform] = await Promise.all([
    TestWorkflowEnvironment.createLocal({
      server: {
        executable,
        extraArgs: [
          ...partitionArguments,
          ...['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'],
        ],
      },
    }),
    launchPlatform(),
  ]);
  await symlink(join(project, 'node_modules'), join(directory, 'node_modules'));
  const names = ['rollout.yaml', 'by-hand.yaml'];
  const specs = blocks.filter(({ language }) => language === 'yaml');
  for (const [at, { text }] of specs.entries()) {
    const spec = text.replaceAll('http://127.0.0.1:4001', platform.control);
    await writeFile(join(directory, names[at] ?? ''), spec);
  }
});

afterAll(async () => {
  await worker?.kill();
  await Promise.all([server.teardown(), platform.stop()]);
  await rm(directory, { recursive: true });
});

/** What a command prints, and its errors where it fails, as a reader's shell would show them. */
async function run(command: string): Promise<string> {
  const path = [dirname(inject('temporal')), process.env['PATH']].join(delimiter);
  // npx tells of new versions of npm now and then.
  const quiet = { npm_config_update_notifier: 'false', NO_COLOR: '1' };
  const env = { PATH: path, HOME: directory, TEMPORAL_ADDRESS: server.address, ...quiet };
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { env, cwd: directory }, (_error, stdout, stderr) => {
      resolve(tidy(stdout + stderr));
    });
  });
}

/** Commands that only look: what they show comes to be so, and is waited for. */
const looks = /^temporal (workflow (list|count|query|metadata)|task-queue) /;

async function versions(track: 'stable' | 'canary'): Promise<string[]> {
  const copies = await platform.copies();
  return [...new Set(copies.filter((copy) => copy.track === track).map(({ version }) => version))];
}

/** What the platform serves once a command has shown what the page says, by the end of the rollout that it shows. */
const effects: { after: string; stable: string; canary: string[] }[] = [
  { after: '--name pause', stable: '14.1.0', canary: ['14.1.1'] },
  { after: '"cause": "rejected by \\"ben\\"', stable: '14.1.0', canary: [] },
  { after: '"cause":"aborted by somebody"', stable: '14.1.0', canary: [] },
  { after: 'the workflow was cancelled', stable: '14.1.0', canary: [] },
  { after: 'CoalmineWeight = 50', stable: '14.1.0', canary: ['14.1.1'] },
  { after: '"cause":"promoted by \\"ann\\" (claimed)"', stable: '14.1.1', canary: [] },
  { after: '--name abandon', stable: '14.1.1', canary: ['14.1.1'] },
];

test('the page has commands, with each verb and each way to look', () => {
  const all = commands.map(({ command }) => command).join('\n');
  for (const verb of ['pause', 'resume', 'approve', 'reject', 'abort', 'promote', 'abandon'])
    expect(all).toContain(`--name ${verb}`);
  expect(commands.length).toBeGreaterThan(30);
});

test.each(commands)('line $line: $command', async ({ command, shown }) => {
  if (command.includes('workflow start')) worker ??= await startWorkerProcess(server.address);
  if (looks.test(command))
    await expect.poll(() => run(command), { timeout: 50_000 }).toMatch(patternOf(shown));
  else if (shown.length === 0) expect(await run(command)).toBe('\n');
  else expect(await run(command)).toMatch(patternOf(shown));

  const effect = effects.find(({ after }) => [command, ...shown].join('\n').includes(after));
  if (effect === undefined) return;
  expect({ stable: await versions('stable'), canary: await versions('canary') }).toEqual({
    stable: [effect.stable],
    canary: effect.canary,
  });
});

test("a rollout that is started with an earlier one's search attributes puts them right", async () => {
  const start = 'temporal workflow start --type rollout --task-queue coalmine --workflow-id rollout/bakery';
  const earlier = `--search-attribute 'CoalmineOutcome="promoted"' --search-attribute 'CoalmineVersion="1"'`;
  const spec = JSON.parse(await readFile(join(directory, 'rollout.json'), 'utf8')) as object;
  await writeFile(join(directory, 'back.json'), JSON.stringify({ ...spec, version: '14.1.0' }));
  expect(await run(`${start} --input-file back.json ${earlier}`)).toContain('Running execution');
  const right = 'ExecutionStatus = "Running" AND CoalmineVersion = "14.1.0" AND CoalmineOutcome IS NULL';
  await expect
    .poll(() => run(`temporal workflow count --query '${right}'`), { timeout: 30_000 })
    .toBe('Total: 1\n');
});
