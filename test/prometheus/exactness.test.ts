import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomOf, type Random } from '../../src/domain/random.ts';
import { unmeasured, type Reading, type Window } from '../../src/judge/samples.ts';
import { Copy } from './copies.ts';
import { PrometheusServer, skipped } from './server.ts';
import { release, sourceOf } from './source.ts';

const interval = 200;
const every = 1_200;
const windows = 240;
/** No request comes this near to the edge of a window, so that whichever scrape is the last one has seen them all (ms). */
const quiet = 350;

type Track = 'canary' | 'stable';

const tracks: Track[] = ['canary', 'stable'];

/** What happened in one window, and what was read of it. */
interface Row {
  window: Window;
  sent: Record<Track, { events: number; total: number }>;
  read: Record<Track, Reading>;
  increase: Record<Track, number | null>;
}

describe.skipIf(skipped)('what is counted through a Prometheus', () => {
  let server: PrometheusServer;
  let copies: { canary: Copy[]; stable: Copy[] };
  let rows: Row[];
  const retired: Copy[] = [];
  const random = randomOf('exactness');

  beforeAll(async () => {
    copies = {
      canary: [await Copy.start('canary')],
      stable: [await Copy.start('stable'), await Copy.start('stable'), await Copy.start('stable')],
    };
    server = await PrometheusServer.start(`${String(interval)}ms`, targets());
    await Promise.all(all().map((copy) => copy.scraped()));
    await sleep(5 * interval);
    rows = await run();
  }, 600_000);

  afterAll(async () => {
    for (const copy of [...all(), ...retired]) copy.end();
    await server.end();
  });

  const all = (): Copy[] => [...copies.canary, ...copies.stable];
  const targets = () => all().map(({ target }) => target);

  /** One window after the other, with something that happens to the copies between some of them. */
  async function run(): Promise<Row[]> {
    const source = sourceOf({
      kind: 'rate',
      source: { type: 'prometheus', url: server.url, preset: 'http-server', match: 'track="$track"' },
    });
    const first = Date.now() + every;
    const found: Row[] = [];
    let reading = Promise.resolve();
    let cursor: unknown = null;
    for (let at = 0; at < windows; at += 1) {
      const window = { from: first + at * every, to: first + (at + 1) * every };
      await sleep(window.from + quiet - Date.now());
      const sent = traffic(copies, random);
      await Promise.all(
        all()
          .filter(({ isDown }) => !isDown)
          .map((copy) => copy.scraped()),
      );
      await happening(at);
      const row: Row = { window, sent, read: {} as Row['read'], increase: {} as Row['increase'] };
      found.push(row);
      reading = reading.then(async () => {
        const look = { release, tracks, window, cursor, report: null };
        const {
          canary,
          stable,
          cursor: next,
        } = await source.collect(look, { signal: new AbortController().signal });
        cursor = next;
        row.read = { canary: canary ?? unmeasured, stable: stable ?? unmeasured };
        for (const track of tracks) {
          const query = `sum(increase(http_requests_total{track="${track}"}[${String(every)}ms]))`;
          row.increase[track] = await server.value(query, window.to);
        }
      });
    }
    await reading;
    return found;
  }

  async function happening(at: number): Promise<void> {
    const [canary] = copies.canary;
    const [one] = copies.stable;
    if (at % 20 === 5) one?.restart();
    if (at % 20 === 9) canary?.restart();
    if (at % 30 === 12) {
      const fresh = await Copy.start('stable');
      retired.push(...copies.stable.splice(0, 1));
      await server.scrape([...targets(), fresh.target]);
      void fresh.scraped().then(() => copies.stable.push(fresh));
    }
    if (at % 40 === 25 && canary !== undefined) canary.isDown = true;
    if (at % 40 === 28 && canary !== undefined) canary.isDown = false;
  }

  test('is what was sent, to the integer, in each window', () => {
    const owed = { canary: { events: 0, total: 0 }, stable: { events: 0, total: 0 } };
    let [exact, gaps] = [0, 0];
    for (const { window, sent, read } of rows) {
      for (const track of tracks) {
        owed[track].events += sent[track].events;
        owed[track].total += sent[track].total;
      }
      if ('missing' in read.canary) {
        gaps += 1;
        continue;
      }
      expect(read, new Date(window.from).toISOString()).toEqual(owed);
      for (const track of tracks) owed[track] = { events: 0, total: 0 };
      exact += 1;
    }
    console.log(
      `${String(exact)} windows exact, ${String(gaps)} without a scrape, whose counts the next one has`,
    );
    expect(exact).toBeGreaterThanOrEqual(200);
    expect(gaps).toBeLessThan(30);
  });

  test('is not what increase() says', () => {
    const said = rows.flatMap(({ sent, increase }) =>
      tracks.map((track) => ({ total: sent[track].total, increase: increase[track] })),
    );
    const right = said.filter(
      ({ total, increase }) => increase !== null && Math.abs(increase - total) < 0.5,
    ).length;
    const [sent, counted] = [
      sum(said.map(({ total }) => total)),
      sum(said.map(({ increase }) => increase ?? 0)),
    ];
    console.log(
      `increase(): ${String(right)} of ${String(said.length)} windows right to the integer, ${counted.toFixed(0)} of ${String(sent)} requests in all`,
    );
    expect(right).toBeLessThan(said.length / 2);
  });
});

function traffic(copies: Record<Track, Copy[]>, random: Random): Row['sent'] {
  const sent = { canary: { events: 0, total: 0 }, stable: { events: 0, total: 0 } };
  for (const track of tracks) {
    for (const copy of copies[track]) {
      const requests = random.poisson(track === 'canary' ? 7 : 40);
      const errors = Math.min(requests, random.poisson(0.3));
      if (requests > errors) copy.serve(requests - errors, '200');
      if (errors > 0) copy.serve(errors, '500');
      sent[track].events += errors;
      sent[track].total += requests;
    }
  }
  return sent;
}

function sum(values: number[]): number {
  return values.reduce((so, value) => so + value, 0);
}
