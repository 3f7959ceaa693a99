import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { runPlatform } from '../../examples/demo/programs.ts';
import { Rollouts } from '../../src/client.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { Scenario } from './scenarios.ts';

/** How one rollout went. */
export interface Run {
  name: string;
  outcome: RolloutResult['outcome'];
  /** What decided it. */
  because: string;
  /** Seconds from the first live traffic of the canary until the rollout was decided. */
  seconds: number;
  /** Requests that users had answered by the canary, and how many of them failed. */
  exposed: number;
  failed: number;
}

/** Nobody waits longer for a rollout that holds (ms). */
const patience = 900_000;

/** Starts a platform of its own for a scenario, with its traffic, and releases the version to it. */
export async function run(client: Client, scenario: Scenario, service: string): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-bench-'));
  const { stable, version, splitBy } = scenario;
  const platform = runPlatform(
    [
      ...['--stable', stable, '--split-by', splitBy, '--directory', directory],
      ...['--port', '0', '--front-port', '0'],
    ],
    { cwd: directory, log: join(directory, 'platform.log'), hear: (line) => console.error(line) },
  );
  try {
    const { control, front } = (await platform.ready()) as { control: string; front: string };
    const users = scenario.users(front);
    try {
      await delay(scenario.before * 1000);
      users.reset();
      const rollouts = new Rollouts(client);
      await rollouts.start({
        service,
        version,
        target: { type: 'http', url: `${control}/coalmine` },
        ...scenario.spec(`${control}/stats?track=$track`),
      });
      const timer = setTimeout(() => {
        void rollouts.abort(service, { reason: 'nobody waits longer for evidence' });
      }, patience);
      const result = await rollouts.result(service);
      clearTimeout(timer);
      const canary = users.seen().byTrack['canary'];
      return {
        name: scenario.name,
        outcome: result.outcome,
        because: result.outcome === 'promoted' ? (result.steps.at(-1)?.because ?? '') : result.cause,
        seconds: secondsOf(result, await callsOf(control)),
        exposed: canary?.requests ?? 0,
        failed: canary?.errors ?? 0,
      };
    } finally {
      await users.stop();
    }
  } finally {
    await platform.end();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Call {
  at: string;
  asked: { call?: string; weight?: number };
}

async function callsOf(control: string): Promise<Call[]> {
  return (await (await fetch(`${control}/calls`)).json()) as Call[];
}

/** From the split that gave the canary traffic to the effect that ended it. */
function secondsOf({ outcome }: RolloutResult, calls: readonly Call[]): number {
  const first = calls.find(({ asked: { call, weight = 0 } }) => call === 'split' && weight > 0);
  const last = calls.find(({ asked: { call, weight }, at }) =>
    first === undefined || at <= first.at
      ? false
      : outcome === 'promoted'
        ? call === 'promote'
        : call === 'split' && weight === 0,
  );
  return (Date.parse(last?.at ?? '') - Date.parse(first?.at ?? '')) / 1000;
}
