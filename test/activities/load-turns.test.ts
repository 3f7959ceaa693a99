import { expect, test } from 'vitest';
import { LoadTurns } from '../../activities/load-turns.ts';

const never = new AbortController().signal;

/** Asks for a turn, and notes when it comes. */
function queue(turns: LoadTurns, rate: number, name: string, came: string[], signal = never) {
  return turns.turn(rate, signal).then((end) => {
    came.push(name);
    return end;
  });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('loads run side by side up to the limit, and the others come in their order: none is overtaken', async () => {
  const turns = new LoadTurns(100);
  const came: string[] = [];
  const [a, b] = [queue(turns, 60, 'a', came), queue(turns, 40, 'b', came)];
  const large = queue(turns, 90, 'large', came);
  void queue(turns, 5, 'small', came);
  await settled();
  expect(came).toEqual(['a', 'b']);
  (await a)();
  await settled();
  expect(came).toEqual(['a', 'b']);
  (await b)();
  await settled();
  expect(came).toEqual(['a', 'b', 'large', 'small']);
  (await large)();
});

test('one that asks for more than the limit runs alone', async () => {
  const turns = new LoadTurns(100);
  const came: string[] = [];
  const small = queue(turns, 1, 'small', came);
  const huge = queue(turns, 5000, 'huge', came);
  void queue(turns, 1, 'next', came);
  await settled();
  expect(came).toEqual(['small']);
  (await small)();
  await settled();
  expect(came).toEqual(['small', 'huge']);
  const end = await huge;
  end();
  end();
  await settled();
  expect(came).toEqual(['small', 'huge', 'next']);
});

test('one that is cancelled while it waits holds up nobody', async () => {
  const turns = new LoadTurns(100);
  const came: string[] = [];
  const cancel = new AbortController();
  void queue(turns, 50, 'first', came);
  const waiting = expect(queue(turns, 90, 'waiting', came, cancel.signal)).rejects.toThrow('enough');
  void queue(turns, 50, 'behind', came);
  cancel.abort(new Error('enough'));
  await waiting;
  await settled();
  expect(came).toEqual(['first', 'behind']);
});
