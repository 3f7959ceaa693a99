import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { beforeAll, expect, inject, test } from 'vitest';
import { stories } from '../histories/stories.ts';

const directory = fileURLToPath(new URL('../histories/', import.meta.url));
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));

/** One history and the workflow id that it says. */
function read(name: string): { history: unknown; workflowId: string } {
  const history = historyFromJSON(JSON.parse(readFileSync(`${directory}${name}`, 'utf8')));
  const { workflowId } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  return { history, workflowId: workflowId ?? '' };
}

const errors = new Map<string, Error | undefined>();

// One worker for all: to start and end one takes longer than most replays.
beforeAll(async () => {
  const workflowBundle = { codePath: inject('workflowBundle') };
  const left = [...names];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, names.map(read)))
    errors.set(left.shift() ?? '', error);
});

test('every way through the procedure has a history', () => {
  expect(names).toEqual(expect.arrayContaining(Object.keys(stories).map((name) => `${name}.json`)));
});

test.each(names)('a rollout that ran as in %s goes on with the present code', (name) => {
  expect([...errors.keys()]).toContain(name);
  const error = errors.get(name);
  if (error !== undefined) throw error;
});
