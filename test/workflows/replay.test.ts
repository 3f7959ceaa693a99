import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { stories } from '../histories/stories.ts';

const directory = fileURLToPath(new URL('../histories/', import.meta.url));
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));

test('every way through the procedure has a history', () => {
  expect(names).toEqual(expect.arrayContaining(Object.keys(stories).map((name) => `${name}.json`)));
});

test.each(names)('a rollout that ran as in %s goes on with the present code', async (name) => {
  const history = historyFromJSON(JSON.parse(readFileSync(`${directory}${name}`, 'utf8')));
  const workflowBundle = { codePath: inject('workflowBundle') };
  const { workflowId } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  await Worker.runReplayHistory({ workflowBundle }, history, workflowId ?? undefined);
});
