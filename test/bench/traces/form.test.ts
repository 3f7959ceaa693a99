import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tracesOf } from '../../../bench/traces/directory.ts';
import { placeOf } from '../../../bench/place-of.ts';
import { readTrace } from '../../../bench/traces/form.ts';

async function fileOf(text: string, name = 'some.csv'): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'trace-')), name);
  await writeFile(path, text);
  return path;
}

test('reads columns in any order, puts rows into the order of time and scales latencies to a median of 100 ms', async () => {
  const trace = await readTrace(
    await fileOf('user,time,milliseconds\nann,30,8\nbob,10.5,4\nann,20,2\n', 'web.csv'),
  );
  expect(trace.name).toBe('web');
  expect([...trace.time]).toEqual([10.5, 20, 30]);
  expect([...trace.count]).toEqual([1, 1, 1]);
  expect([...(trace.user?.of ?? [])].map((user) => trace.user?.all[user])).toEqual(['bob', 'ann', 'ann']);
  expect([...(trace.milliseconds ?? [])]).toEqual([100, 50, 200]);
  expect(trace.bad).toBeNull();
  expect(placeOf(trace.time, 10.5)).toBe(0);
  expect(placeOf(trace.time, 11)).toBe(1);
  expect(placeOf(trace.time, 31)).toBe(3);
});

test.each([
  ['', 'line 0: expected a header and rows'],
  ['time,bad\n', 'line 1: expected a header and rows'],
  ['time,status\n1,500\n', 'line 1: unknown column "status", expected some of user, copy'],
  ['bad\n1\n', 'line 1: no column time'],
  ['time,time,bad\n1,1,1\n', 'line 1: the column time is there twice'],
  ['time,user\n1,ann\n', 'line 1: no column to judge: expected bad, milliseconds or value'],
  ['time,value\n1,3\n', 'line 1: value without copy'],
  ['time,bad\n1,0\n2\n', 'line 3: 1 values, expected 2'],
  ['time,bad\n1,yes\n', 'line 2: bad is "yes", expected 0 or 1'],
  ['time,bad\nnoon,0\n', 'line 2: time is "noon", expected a number of seconds'],
  ['time,bad,count\n1,0,0\n', 'line 2: count is "0", expected a whole number from 1 on'],
  ['time,milliseconds\n1,-2\n', 'line 2: milliseconds is "-2", expected a number from 0 on'],
])('refuses %j', async (text, sentence) => {
  await expect(readTrace(await fileOf(text))).rejects.toThrow(sentence);
});

test('says which traces a directory has where one that is asked for is missing', async () => {
  const path = await fileOf('time,bad\n1,0\n', 'web.csv');
  const directory = join(path, '..');
  await expect(tracesOf(directory, ['shop'])).rejects.toThrow('has no trace shop, only web');
  await expect(tracesOf(await mkdtemp(join(tmpdir(), 'none-')), null)).rejects.toThrow('has no traces');
});
