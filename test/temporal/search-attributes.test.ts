import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, onTestFinished, test } from 'vitest';
import {
  missingSearchAttributes,
  registeringCommands,
  registerSearchAttributes,
} from '../../src/temporal/search-attributes.ts';
import { temporalPath } from '../support/binaries.ts';

const run = promisify(execFile);

const namespace = 'default';

/** A server that knows nothing of Coalmine. */
async function bareServer() {
  const executable = { type: 'existing-path' as const, path: await temporalPath() };
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  onTestFinished(() => environment.teardown());
  return environment;
}

test('what is missing is told, and the printed commands register it', async () => {
  const { connection, address } = await bareServer();
  const missing = await missingSearchAttributes(connection, namespace);
  expect(missing).toEqual([
    'CoalmineService',
    'CoalmineVersion',
    'CoalminePhase',
    'CoalmineOutcome',
    'CoalmineWeight',
  ]);

  const commands = registeringCommands(missing, { address, namespace });
  const create = `temporal operator search-attribute create --address ${address} --namespace default`;
  expect(commands.split('\n')).toEqual([
    `${create} --name CoalmineService --type Keyword`,
    `${create} --name CoalmineVersion --type Keyword`,
    `${create} --name CoalminePhase --type Keyword`,
    `${create} --name CoalmineOutcome --type Keyword`,
    `${create} --name CoalmineWeight --type Double`,
  ]);
  for (const command of commands.split('\n')) {
    const [, ...words] = command.split(' ');
    await run(await temporalPath(), words);
  }
  expect(await missingSearchAttributes(connection, namespace)).toEqual([]);
});

test('one that has another type is refused with the way to mend it', async () => {
  const { connection, address } = await bareServer();
  const create = ['operator', 'search-attribute', 'create', '--address', address, '--type', 'Keyword'];
  await run(await temporalPath(), [...create, '--name', 'CoalmineWeight']);
  await expect(missingSearchAttributes(connection, namespace)).rejects.toThrow(
    /CoalmineWeight of namespace default is not of type Double: .* Remove it \(temporal operator search-attribute remove --namespace default --name CoalmineWeight\)/,
  );
});

test('a namespace that is not there is an error, not a namespace that lacks them all', async () => {
  const { connection } = await bareServer();
  await expect(missingSearchAttributes(connection, 'absent')).rejects.toThrow('absent');
});

test('only those asked for are registered', async () => {
  const { connection } = await bareServer();
  await registerSearchAttributes(connection, namespace, ['CoalminePhase', 'CoalmineWeight']);
  expect(await missingSearchAttributes(connection, namespace)).toEqual([
    'CoalmineService',
    'CoalmineVersion',
    'CoalmineOutcome',
  ]);
});
