import { expect, test } from 'vitest';
import { heyTold } from '../../../bench/load/tools/hey.ts';
import { wrkTold } from '../../../bench/load/tools/wrk.ts';

// As hey 0.1.4 and 0.1.5 write it.
test.each(['%', '%%'])('reads what hey says, with %s', (sign) => {
  const summary = `
Summary:
  Total:	10.0021 secs

Latency distribution:
  10${sign} in 0.0002 secs
  50${sign} in 0.0206 secs
  90${sign} in 0.0231 secs
  99${sign} in 1.0040 secs

Status code distribution:
  [200]	500 responses
`;
  const { p50, p90, p99 } = heyTold(summary);
  expect([p50, p90, p99].map((ms) => ms.toFixed(1))).toEqual(['20.6', '23.1', '1004.0']);
});

test('reads what wrk says, in each of its units', () => {
  const report = `
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.25ms   12.30ms   1.01s    99.02%
    Req/Sec    22.57k     3.21k   28.01k    71.00%
  Latency Distribution
     50%  635.00us
     75%  712.00us
     90%    0.90ms
     99%    1.02s 
  224640 requests in 10.00s, 15.90MB read
`;
  expect(wrkTold(report)).toEqual({ p50: 0.635, p90: 0.9, p99: 1020 });
});

test('what a tool does not say is not made up', () => {
  const nothing = { p50: NaN, p90: NaN, p99: NaN };
  expect(heyTold('Latency distribution:\n')).toEqual(nothing);
  expect(wrkTold('  0 requests in 1.00s, 0.00B read\n')).toEqual(nothing);
});
