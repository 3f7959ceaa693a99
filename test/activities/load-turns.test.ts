import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LoadTurns } from '../../activities/load-turns.ts';

/** One for each load, as each activity has its own. */
const never = (): AbortSignal => new AbortController().signal;

/** Asks for a turn, and notes when it comes. */
function queue(turns: LoadTurns, rate: number, name: string, came: string[], signal = never()) {
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
  const large = queue(turns, 75, 'large', came);
  void queue(turns, 20, 'small', came);
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
  const small = queue(turns, 20, 'small', came);
  const huge = queue(turns, 5000, 'huge', came);
  void queue(turns, 20, 'next', came);
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

test('a small load does not wait for a large one that is under way, nor for one that waits', async () => {
  const turns = new LoadTurns(2000);
  const came: string[] = [];
  const large = queue(turns, 2000, 'large', came);
  const next = queue(turns, 1500, 'next', came);
  void queue(turns, 1, 'small', came);
  void queue(turns, 200, 'too much for what is left', came);
  await settled();
  expect(came).toEqual(['large', 'small']);
  (await large)();
  await next;
  await settled();
  expect(came).toEqual(['large', 'small', 'next', 'too much for what is left']);
});

test('whatever comes and ends, the limit holds, no large load is overtaken by a large one, and each gets its turn', async () => {
  const rates = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(rates, fc.infiniteStream(fc.nat()), async (asked, choice) => {
      const turns = new LoadTurns(100);
      const under = new Map<number, () => void>();
      const came: number[] = [];
      for (const [number, rate] of asked.entries())
        void turns.turn(rate, never()).then((end) => {
          came.push(number);
          under.set(number, end);
        });
      await settled();
      while (came.length < asked.length || under.size > 0) {
        const rate = [...under.keys()].reduce((sum, number) => sum + Math.min(100, asked[number]!), 0);
        expect(rate).toBeLessThanOrEqual(110);
        expect(under.size).toBeGreaterThan(0);
        const ending = [...under.keys()][choice.next().value % under.size]!;
        under.get(ending)?.();
        under.delete(ending);
        await settled();
      }
      const large = came.filter((number) => asked[number]! > 10);
      expect(large).toEqual([...large].sort((a, b) => a - b));
    }),
    { numRuns: 200 },
  );
});
