import { setTimeout as sleep } from 'node:timers/promises';
import type { Shot } from './connection.ts';
import { Connections } from './connections.ts';
import { mixOf } from './mix.ts';
import type { RequestEnd } from './tally.ts';

/** Milliseconds after which it is looked at what is due. */
const pause = 5;
/** New connections per second above which they are used again: the ports of a worker's machine are few. */
const freshConnections = 200;

/**
 * Sends at `rate` per second until then (ms since 1970), each kind of shot in its share, and tells how each request
 * ended.
 *
 * Each few milliseconds what the rate has made due is sent, whatever the earlier ones wait for. Up to 200 requests a second each
 * has a connection of its own, as a new visitor's has; above that an answered one is used again, as often as keeps it at
 * 200 new connections a second. What cannot be sent in its time (the worker stood still for a second, 1,000 connections
 * wait for an answer) is left out, never sent in a burst afterwards.
 *
 * Returns once what was under way at the end is answered or given up.
 */
export async function pace(
  kinds: readonly { shot: Shot; share: number }[],
  rate: number,
  until: number,
  ended: (end: RequestEnd) => void,
): Promise<void> {
  const connections = new Connections(Math.ceil(rate / freshConnections));
  const mix = mixOf(kinds.map(({ share }) => share));
  const began = Date.now();
  let sent = 0;

  try {
    for (let now = began; now < until;) {
      await sleep(Math.min(pause, until - now));
      now = Math.min(Date.now(), until);
      const due = Math.ceil((rate * (now - began)) / 1000);
      for (const [kind, amount] of mix(Math.min(due - sent, Math.ceil(rate))).entries()) {
        const shot = kinds[kind]?.shot;
        for (let at = 0; at < amount && shot !== undefined; at += 1) connections.send(shot, ended);
      }
      sent = due;
    }
    while (connections.underWay > 0) await sleep(pause);
  } finally {
    connections.close();
  }
}
