import { expect, test } from 'vitest';
import { formats } from '../../../bench/traces/formats.ts';

function rowsOf(format: keyof typeof formats, lines: string[]): (string | number)[][] {
  const row = formats[format].rows();
  return lines.flatMap(row);
}

test('an access log gives the time in UTC, the address, the first part of the path and whether it failed', () => {
  expect(
    rowsOf('access-log', [
      'a.example - - [09/Jul/1995:00:00:07 -0400] "GET /shuttle/x.html HTTP/1.0" 200 85465',
      '1.2.3.4 - ann [17/May/2015:10:05:03 +0530] "POST /?q=a,b HTTP/1.1" 503 12 "-" "x [y] z"',
      'a.example - - [09/Jul/1995:00:00:09 -0400] "\\x16\\x03" 400 -',
      'a line of another kind',
    ]),
  ).toEqual([
    [Date.UTC(1995, 6, 9, 4, 0, 7) / 1000, 'a.example', '/shuttle', 0],
    [Date.UTC(2015, 4, 17, 4, 35, 3) / 1000, '1.2.3.4', '/', 1],
    [Date.UTC(1995, 6, 9, 4, 0, 9) / 1000, 'a.example', '-', 1],
  ]);
});

test('a workload gives each job when it was submitted, bad if it ran for less than a minute', () => {
  const job = (id: number, run: number): string => `${id} 7 -1 ${run} 1 -1 -1 1 -1 -1 1 42 -1 -1 -1 3 -1 -1`;
  expect(rowsOf('workload', ['; Version: 2.2', job(1, 59), job(2, 60)])).toEqual([
    ['7', '42', '3', 1],
    ['7', '42', '3', 0],
  ]);
});

test('counts by the minute give a row of the good requests and one of the bad, where there are some', () => {
  expect(rowsOf('counts', ['minute,requests,5xx', '0,377,0,0,30', '3,10,4'])).toEqual([
    [0, 0, 377],
    [180, 0, 6],
    [180, 1, 4],
  ]);
});

test('samples of containers are found by the names of their columns', () => {
  const lines = ['value,timestamp_anon,container_ip', '0.5,60.0,a', ',61.0,a'];
  expect(formats.gauge.columns).toEqual(['time', 'copy', 'value']);
  expect(rowsOf('gauge', lines)).toEqual([['60.0', 'a', '0.5']]);
  expect(formats.latency.columns).toEqual(['time', 'copy', 'milliseconds']);
});
