/**
 * The target of `bench:load`, a process of its own. It notes when each request came and how long its answer took, so
 * what a tool has sent is counted where it arrives, and not by the tool.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour, Seen } from './seen.ts';

let behaviour: Behaviour = { answersAfter: 0 };
let seen: Seen = { came: [], took: [] };

const server = createServer((_request, response) => {
  const came = performance.now();
  seen.came.push(came);
  const { took } = seen;
  const answer = (): void => {
    took.push(performance.now() - came);
    response.end('ok');
  };
  const wait = behaviour.answersAfter + standsStillFor(came);
  if (wait > 0) setTimeout(answer, wait);
  else answer();
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
});

process.on('message', (order: Behaviour | 'tell') => {
  if (order === 'tell') {
    process.send?.(seen);
  } else {
    behaviour = order;
    seen = { came: [], took: [] };
    process.send?.('begun');
  }
});
process.on('disconnect', () => process.exit());

/** Milliseconds until the stall is over, 0 outside of it. */
function standsStillFor(now: number): number {
  const { stall } = behaviour;
  const [first] = seen.came;
  if (stall === undefined || first === undefined || now < first + stall.after) return 0;
  return Math.max(0, first + stall.after + stall.lasts - now);
}
