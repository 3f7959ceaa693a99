import { expect, test } from 'vitest';
import { stateOf, type Probe } from '../../../../activities/deployers/docker/state.ts';
import { container } from './containers.ts';

const started = Date.parse('2026-11-28T13:00:00Z');
type Parts = NonNullable<Parameters<typeof container>[0]>;

const of = (parts: Parts, probe: Probe = null, after = 60_000) =>
  stateOf({ container: container(parts), now: started + after }, probe);
const health = (Status: string, Log: unknown[] = []): Parts => ({ State: { Health: { Status, Log } } });
const ended = (other: Record<string, unknown> = {}): Parts => ({
  State: { Running: false, Status: 'exited', ExitCode: 3, ...other },
});

test.each<[string, ReturnType<typeof of>]>([
  ['that passes its health check', of(health('healthy'))],
  ['without one, once it has run for a while', of({})],
  [
    'that answers the path of the spec, whatever its own check says',
    of(health('starting'), { healthy: true }),
  ],
])('a container is ready %s', (_, state) => {
  expect(state).toEqual({ ready: true });
});

test.each<[string, ReturnType<typeof of>, string]>([
  ['has just been started', of({}, null, 2_000), 'has not run for 5s yet'],
  ['is being checked', of(health('starting')), 'has not passed its health check yet'],
  ['is paused', of({ State: { Paused: true } }), 'is paused'],
  ['is made and not started', of({ State: { Running: false, Status: 'created' } }), 'not started yet'],
  [
    'is started again',
    of({ State: { Status: 'restarting', Restarting: true, ExitCode: 1 }, RestartCount: 1 }),
    'ended with code 1 and is started again',
  ],
  ['does not answer', of({}, { healthy: false, why: 'answers with 503' }), 'answers with 503'],
])('a container that %s may still get ready', (_, state, why) => {
  expect(state).toMatchObject({ ready: false, why: expect.stringContaining(why) as string });
  expect(state.failed).toBeUndefined();
});

test.each<[string, ReturnType<typeof of>, string]>([
  ['has ended', of(ended()), 'shop-web-1 does not run: it ended with code 3'],
  [
    'was out of memory',
    of({ ...ended({ OOMKilled: true }), HostConfig: { Memory: 64 * 1024 ** 2 } }),
    'ran out of memory (its limit is 64 MiB)',
  ],
  [
    'cannot be started',
    of(ended({ Error: 'exec: "serve": not found' })),
    'could not be started: exec: "serve"',
  ],
  [
    'ends each time',
    of({ State: { Status: 'restarting', Restarting: true, ExitCode: 1 }, RestartCount: 3 }),
    'ends each time that it is started, with code 1',
  ],
  [
    'fails its check',
    of(health('unhealthy', [{ ExitCode: 1, Output: 'no database\n' }])),
    'fails its health check: code 1, no database',
  ],
])('a container that %s has failed', (_, state, why) => {
  expect(state).toMatchObject({ ready: false, failed: true, why: expect.stringContaining(why) as string });
});
