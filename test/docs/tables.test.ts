/** The tables of the docs beside the code: neither names what the other does not have. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts';
import { noticeEvents } from '../../src/domain/notice.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import { searchAttributes, taskQueues } from '../../src/domain/surface.ts';
import { createLogger } from '../../src/worker/log.ts';
import type { Notice } from '../../activities/ports.ts';
import { statusQuery, verbs, type Message } from '../../workflows/messages.ts';
import * as client from '../../src/client.ts';
import * as spec from '../../src/spec.ts';

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
}

/** The rows of the table below a heading, by cells. */
function table(name: string, heading: string): string[][] {
  const below = page(name).split(heading)[1] ?? '';
  const [, , ...rows] = (/^\|.*(\n\|.*)*/m.exec(below)?.[0] ?? '').split('\n');
  return rows.map((row) =>
    row
      .slice(2, -2)
      .split(/ +\| +|^\| +/)
      .map((cell) => cell.trim()),
  );
}

function inBackticks(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

/** The second cell of the row that begins with a word. */
function row(rows: string[][], what: string): string {
  return rows.find(([first]) => first === what)?.[1] ?? '';
}

const plain = table('temporal.md', 'Temporal client do as well');

test('docs/temporal.md: signals, updates, query, task queue and search attributes', () => {
  expect(inBackticks(row(plain, 'signals and updates'))).toEqual([...verbs]);
  expect(inBackticks(row(plain, 'query'))).toEqual([statusQuery.name]);
  expect(inBackticks(row(plain, 'task queue'))).toEqual([taskQueues.effects]);
  expect(inBackticks(row(plain, 'search attributes'))).toEqual(Object.keys(searchAttributes));
  const registered = page('temporal.md').matchAll(/search-attribute create --name (\w+) --type (\w+)/g);
  expect(Object.fromEntries([...registered].map(([, name, type]) => [name, type?.toUpperCase()]))).toEqual(
    searchAttributes,
  );
});

test('docs/temporal.md: what messages take and what a rollout returns', () => {
  // Exhaustive, or it does not compile.
  const message: Record<keyof Message, true> = { by: true, reason: true, gate: true, id: true };
  const result: Record<keyof RolloutResult, true> = {
    ...{ outcome: true, cause: true, verified: true, service: true, version: true },
    ...{ stable: true, serving: true, steps: true, verdicts: true },
  };
  const members = (text: string): string[] => [...text.matchAll(/\b[a-z]+\b/g)].map(([name]) => name);
  expect(members(inBackticks(row(plain, 'what they take'))[0] ?? '')).toEqual(Object.keys(message));
  expect(members(inBackticks(row(plain, 'result'))[0] ?? '')).toEqual(Object.keys(result));
});

test('docs/cli.md: messages and exit codes', () => {
  const commands = table('cli.md', '## Talk').map(([command = '']) => inBackticks(command)[0]);
  expect(commands).toEqual(verbs.map((verb) => `coalmine ${verb} checkout`));
  const codes = table('cli.md', '## Exit codes').map(([code]) => Number(code));
  expect(codes).toEqual(Object.keys(exitCodeMeanings).map(Number));
});

test('docs/webhooks.md: events, and the members of a notice', () => {
  const events = table('webhooks.md', 'POST for each of these').map(([event = '']) => inBackticks(event)[0]);
  expect(events).toEqual([...noticeEvents]);
  const notice: Record<keyof Notice, true> = {
    ...{ event: true, rollout: true, service: true, version: true, phase: true, outcome: true },
    ...{ text: true, at: true },
  };
  const members = table('webhooks.md', '```json').map(([member = '']) => inBackticks(member)[0]);
  expect(members).toEqual(Object.keys(notice));
});

test('docs/operations.md: the members of a log record', () => {
  const lines: string[] = [];
  const log = createLogger({ format: 'json', level: 'debug' }, (line) => lines.push(line));
  const activity = { workflowRunId: 'r', workflowId: 'rollout/s', activityType: 'deploy', attempt: 1 };
  const ended = { phase: 'ended', version: 'v', weight: 0, outcome: 'promoted', seconds: 1 };
  log.info('said', { ...activity, ...ended, taskQueue: 'q', error: new Error('why'), other: 1 });
  const written = Object.keys(JSON.parse(lines[0] ?? '') as object);
  const listed = table('operations.md', '`COALMINE_LOG_LEVEL` on.').flatMap((cells) =>
    inBackticks(cells.join(' ')),
  );
  expect([...listed].sort()).toEqual(written.sort());
});

test('docs/client.md: every call and every error is there, and no other', () => {
  const calls = table('client.md', '## What there is').flatMap(([call = '', what = '']) =>
    [...`${call} ${what.startsWith('`pause') ? what : ''}`.matchAll(/`(\w+)[`(]/g)].map(([, name]) => name),
  );
  const methods = Object.getOwnPropertyNames(client.Rollouts.prototype);
  expect([...new Set(calls)].sort()).toEqual(methods.filter((name) => name !== 'constructor').sort());
  const errors = table('client.md', '| error').flatMap(([error = '']) => inBackticks(error));
  const exported = { ...client, ...spec };
  for (const error of errors) expect(exported).toHaveProperty(error);
});
