import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from './tally.ts';
import { mixOf } from './mix.ts';
import { volley, type Shot } from './volley.ts';

/** Milliseconds between volleys. */
const pause = 100;
/** New connections per second above which they are used again: the ports of a worker's machine are few. */
const freshConnections = 200;
/** Open connections at which nothing more is sent until some are done: the target does not keep up at all. */
const mostConnections = 1000;

/**
 * Sends at `rate` per second until then (ms since 1970), each kind of shot in its share, and tells how each request
 * ended.
 *
 * autocannon's own rate comes in one burst a second, in whole numbers, and waits for slow answers. So each tenth
 * of a second a volley of its own sends what the rate has made due, whatever the earlier ones wait for. Up to 200
 * requests a second each has a connection of its own, as a new visitor's has; above that a connection makes as
 * many in a row as keeps it at 200 new connections a second. What cannot be sent in its time (the worker stood
 * still, 1,000 connections are open) is left out, never sent in a burst afterwards.
 *
 * Returns once what was under way at the end is answered or given up. Rejects with the signal's reason, within
 * 50 ms; what is under way then is not told of.
 */
export async function pace(
  kinds: readonly { shot: Shot; share: number }[],
  rate: number,
  until: number,
  ended: (ending: Ending) => void,
  signal: AbortSignal,
): Promise<void> {
  const cut = new AbortController();
  const stop = AbortSignal.any([signal, cut.signal]);
  setMaxListeners(0, stop); // each volley under way is one
  const inARow = Math.ceil(rate / freshConnections);
  const volleys = new Set<Promise<void>>();
  const began = Date.now();
  let sent = 0;
  let open = 0;

  const mix = mixOf(kinds.map(({ share }) => share));
  const fire = async (shot: Shot, amount: number): Promise<void> => {
    const connections = Math.ceil(amount / inARow);
    open += connections;
    try {
      const unsent = await volley(shot, amount, connections, stop, ended);
      sent -= unsent;
    } catch (error) {
      cut.abort(error);
    }
    open -= connections;
  };

  try {
    for (let now = began; now < until;) {
      await sleep(Math.min(pause, until - now), undefined, { signal: stop });
      now = Math.min(Date.now(), until);
      const due = Math.ceil((rate * (now - began)) / 1000);
      const amount = Math.min(due - sent, Math.ceil(rate), (mostConnections - open) * inARow);
      sent = due;
      for (const [kind, some] of mix(Math.max(0, amount)).entries()) {
        const shot = kinds[kind]?.shot;
        if (some === 0 || shot === undefined) continue;
        const one = fire(shot, some).finally(() => volleys.delete(one));
        volleys.add(one);
      }
    }
    const longest = Math.max(...kinds.map(({ shot }) => shot.timeout));
    const givenUp = sleep((longest + 1) * 1000, undefined, { signal: stop, ref: false });
    await Promise.race([Promise.all(volleys), givenUp]);
    stop.throwIfAborted();
  } catch (error) {
    throw stop.aborted ? stop.reason : error;
  } finally {
    cut.abort();
    await Promise.all(volleys);
  }
}
