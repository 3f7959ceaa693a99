import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { createLogger } from '../../src/worker/log.ts';

function logger(log: Partial<Config['log']> = {}) {
  const lines: string[] = [];
  const made = createLogger({ format: 'text', level: 'info', ...log }, (line) => lines.push(line));
  return { log: made, lines };
}

const ofActivity = {
  sdkComponent: 'activity',
  workflowId: 'rollout/staging/checkout',
  workflowRunId: 'run-1',
  activityType: 'deploy',
  attempt: 2,
  taskToken: 'bG9uZw==',
};

describe('a record', () => {
  test('is a line of JSON with what it belongs to, and nothing that nobody asked for', () => {
    const { log, lines } = logger({ format: 'json' });
    log.info('Effect carried out', { ...ofActivity, seconds: 0.25, headers: { authorization: 'Bearer x' } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    const { time, ...record } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(Math.abs(Date.parse(String(time)) - Date.now())).toBeLessThan(60_000);
    expect(record).toEqual({
      level: 'info',
      message: 'Effect carried out',
      rollout: 'rollout/staging/checkout',
      run: 'run-1',
      service: 'staging/checkout',
      activity: 'deploy',
      attempt: 2,
      seconds: 0.25,
    });
  });

  test('is a line for people, with what is no single word in quotes', () => {
    const { log, lines } = logger();
    log.warn('Activity failed', {
      ...ofActivity,
      error: ApplicationFailure.retryable('POST http://a/ answered 503\nand more', 'TargetUnavailable'),
    });
    expect(lines.join('').replace(/^\S+/, 'TIME')).toBe(
      'TIME WARN  Activity failed rollout=rollout/staging/checkout run=run-1 service=staging/checkout ' +
        'activity=deploy attempt=2 error="POST http://a/ answered 503\\nand more"\n',
    );
  });

  test.each(['text', 'json'] as const)('stays on one line as %s, whatever is in it', (format) => {
    const { log, lines } = logger({ format });
    log.info('one\r\ntwo\u2028three\u001b[31m', { phase: 'a\nb' });
    expect(lines.join('').trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  test('of what nobody foresaw says where that was', () => {
    const { log, lines } = logger({ format: 'json' });
    log.error('Worker failed', { error: new TypeError('x is not a function') });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: 'x is not a function',
      stack: expect.stringContaining('log.test.ts') as string,
    });
  });
});

test('says nothing below its level', () => {
  const { log, lines } = logger({ level: 'warn' });
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['c\n', 'd\n']);
});

test('keeps what is as it should be for those who ask for every detail', () => {
  const without = logger();
  const every = logger({ level: 'debug' });
  for (const { log } of [without, every])
    log.warn('No workflows registered, not polling for workflow tasks', { taskQueue: 'coalmine-watch' });
  expect(without.lines).toEqual([]);
  expect(every.lines.join('')).toContain('DEBUG No workflows registered');
});
