import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';

const directory = fileURLToPath(new URL('../histories/', import.meta.url));
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));

test('there are histories to replay', () => {
  expect(names.length).toBeGreaterThanOrEqual(12);
});

test.each(names)('a rollout that ran as in %s goes on with the present code', async (name) => {
  const history: unknown = JSON.parse(readFileSync(`${directory}${name}`, 'utf8'));
  const workflowBundle = { codePath: inject('workflowBundle') };
  await Worker.runReplayHistory({ workflowBundle }, history, `rollout/${basename(name, '.json')}`);
});
