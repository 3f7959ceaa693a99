import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Reading } from '../../src/judge/samples.ts';
import { Copy } from './copies.ts';
import { changed, startMeddler, type Meddler } from './meddler.ts';
import { PrometheusServer, skipped } from './server.ts';
import { sourceOf, Watch } from './source.ts';

const requests = { preset: 'http-server', match: 'track="$track"' } as const;

describe.skipIf(skipped)('a Prometheus is not trusted blindly', () => {
  let server: PrometheusServer;
  let meddler: Meddler;
  let canary: Copy;
  let stable: Copy;

  beforeAll(async () => {
    canary = await Copy.start('canary');
    stable = await Copy.start('stable');
    canary.serve(1, '200');
    stable.serve(1, '200');
    server = await PrometheusServer.start('200ms', [canary.target, stable.target]);
    meddler = await startMeddler(server.url);
    for (let scrapes = 0; scrapes < 4; scrapes += 1) await scraped();
  });

  afterEach(() => {
    meddler.meddle();
    meddler.delay(0);
  });

  afterAll(async () => {
    canary.end();
    stable.end();
    meddler.end();
    await server.end();
  });

  const watch = (more: object = {}) =>
    new Watch(
      sourceOf({
        kind: 'rate',
        source: { type: 'prometheus', url: meddler.url, ...requests, ...more },
      }),
    );

  const counting = (events: string, name: string) =>
    new Watch(
      sourceOf({
        kind: 'rate',
        source: { type: 'prometheus', url: server.url, events, total: `${name}{track="$track"}` },
      }),
    );

  const scraped = () => Promise.all([canary.scraped(), stable.scraped()]);

  /** Some requests, seen by Prometheus: not by a scrape that is under way, which may have begun before the window. */
  async function traffic(): Promise<void> {
    await scraped();
    canary.serve(2, '200');
    stable.serve(19, '200');
    stable.serve(1, '500');
    await scraped();
    await scraped();
  }

  const all = (times: number): { canary: Reading; stable: Reading } => ({
    canary: { events: 0, total: 2 * times },
    stable: { events: times, total: 20 * times },
  });

  /** It says why, of both tracks; and what happened meanwhile is counted once it can be trusted again. */
  async function expectDistrust(
    fault: () => unknown,
    mend: () => unknown,
    why: RegExp,
    more = {},
  ): Promise<void> {
    const watching = watch(more);
    await traffic();
    expect(await watching.look()).toEqual(all(1));
    await fault();
    canary.serve(2, '200');
    stable.serve(19, '200');
    stable.serve(1, '500');
    const missing: unknown = expect.stringMatching(why);
    const distrusted = await watching.look(1200);
    expect(distrusted).toEqual({ canary: { missing }, stable: { missing } });
    await mend();
    await traffic();
    expect(await watching.look()).toEqual(all(2));
  }

  const meddled = (how: Parameters<Meddler['meddle']>[0], why: RegExp): Promise<void> =>
    expectDistrust(
      () => meddler.meddle(how),
      () => meddler.meddle(),
      why,
    );

  test('which says that it could not do it', () =>
    meddled(
      () => ({ status: 422, body: '{"status":"error","errorType":"execution","error":"query timed out"}' }),
      /answered 422 \(.*query timed out/,
    ));

  test('which warns', () =>
    meddled(
      changed((answer) => (answer['warnings'] = ['fetched from 1 of 2 stores'])),
      /warns: fetched from 1 of 2 stores/,
    ));

  test('which gives a part of the data', () =>
    meddled(
      changed((answer) => (answer['isPartial'] = true)),
      /gave a part of the data only/,
    ));

  test('whose answer is cut off', () => meddled(() => 'cut', /gave no whole answer \(.*aborted/));

  test('whose answer is no JSON', () =>
    meddled(
      ({ status }) => ({ status, body: '<html>a login page</html>' }),
      /with no JSON: <html>a login page/,
    ));

  test('whose answer is of another shape', () =>
    meddled(() => ({ status: 200, body: '{"status":"success","data":"x"}' }), /data: .*found "x"/));

  test('that knows nothing of the metric', () =>
    meddled(
      changed(({ data }) => (data.result = [])),
      /does not say what time it is|nothing matches/,
    ));

  test('whose clock is not that of the worker', () =>
    meddled(
      changed(({ data }) => {
        if (Array.isArray(data.result) && typeof data.result[0] === 'number') data.result[0] += 30;
      }),
      /its clock is 30s ahead of the worker's/,
    ));

  test('whose counters are no numbers', () =>
    meddled(
      changed(({ data }) => {
        for (const one of data.result as { values?: [number, string][] }[]) {
          for (const value of one.values ?? []) value[1] = 'NaN';
        }
      }),
      /a counter is NaN: http_requests_total\{/,
    ));

  test('that is slower than is waited for', () =>
    expectDistrust(
      () => meddler.delay(1500),
      () => meddler.delay(0),
      /gave no whole answer within 1s/,
      { timeout: '1s' },
    ));

  test('that stands still', () =>
    expectDistrust(
      () => server.signal('SIGSTOP'),
      () => server.signal('SIGCONT'),
      /gave no whole answer within 1s/,
      { timeout: '1s' },
    ));

  test('that is away, and back with what it had', () =>
    expectDistrust(
      () => server.stop(),
      () => server.run(),
      /gave no whole answer/,
    ));

  test('whose target cannot be scraped', () =>
    expectDistrust(
      () => (canary.isDown = true),
      () => (canary.isDown = false),
      /1 of 1 targets of the canary cannot be scraped: up\{/,
    ));

  test('whose target says NaN', () =>
    expectDistrust(
      () => (canary.page = (text) => text.replace(/^(http_requests_total.*) \d+$/gm, '$1 NaN')),
      () => (canary.page = (text) => text),
      /a counter is NaN: http_requests_total\{/,
    ));

  test('that has lost a metric though its target goes on', () =>
    expectDistrust(
      () => (stable.page = (text) => text.replace(/^http_requests_total.*\n/gm, '')),
      () => (stable.page = (text) => text),
      /has no http_requests_total\{.*track="stable"\} since \d\d:\d\d:\d\d \(UTC\), though it is scraped: its labels were changed, or the metric was taken away/,
    ));

  test.each(['metric_relabel_configs', 'relabel_configs'])(
    "whose %s give the canary's counts to stable: neither track counts them",
    async (member) => {
      const isOf = (track: string) => {
        const series = `http_requests_total{instance="${canary.target.address}",track="${track}"}`;
        return expect.poll(() => server.value(series, Date.now()), { timeout: 30_000 }).not.toBeNull();
      };
      const watching = watch();
      await traffic();
      expect(await watching.look()).toEqual(all(1));
      const change = {
        source_labels: ['track'],
        regex: 'canary',
        target_label: 'track',
        replacement: 'stable',
      };
      await server.reconfigure({ scraping: { [member]: [change] } });
      await isOf('stable');
      await traffic();
      const moved = (how: string): unknown =>
        expect.stringMatching(
          new RegExp(
            `http_requests_total of 127.0.0.1:\\d+ was ${how} since .*: its labels were changed; counting begins there`,
          ),
        );
      expect(await watching.look()).toMatchObject({
        canary: { missing: moved("the canary's and is stable's") },
      });
      await traffic();
      expect(await watching.look()).toMatchObject({
        canary: { missing: expect.stringMatching(/has no http_requests_total\{.*track="canary"/) as unknown },
      });
      await server.reconfigure();
      await isOf('canary');
      await traffic();
      expect(await watching.look()).toMatchObject({
        canary: { missing: moved("stable's and is the canary's") },
      });
      await traffic();
      expect(await watching.look()).toEqual(all(1));
    },
  );

  test('which was started anew without its data: counting begins there', async () => {
    const watching = watch();
    await traffic();
    expect(await watching.look()).toEqual(all(1));
    await server.stop();
    await server.forget();
    await server.run();
    await traffic();
    expect(await watching.look()).toMatchObject({
      canary: {
        missing: expect.stringMatching(/nothing was scraped before .*: counting begins there/) as unknown,
      },
    });
    await traffic();
    expect(await watching.look()).toEqual(all(1));
  });

  test('which stood still when counting was to begin: what was before does not count', async () => {
    await traffic();
    server.signal('SIGSTOP');
    // Four scrapes are left out, in which stable has requests and the canary is not there yet.
    stable.serve(1000, '200');
    await sleep(800);
    const watching = watch();
    await sleep(400);
    server.signal('SIGCONT');
    await traffic();
    expect(await watching.look()).toMatchObject({
      stable: {
        missing: expect.stringMatching(
          /when counting was to begin, at .*, the last scrape of the canary was that of .*: it begins later/,
        ) as unknown,
      },
    });
    await traffic();
    expect(await watching.look()).toEqual(all(1));
  });

  test.each(['canary', 'stable'])('that has never heard of the %s', async (track) => {
    const other = track === 'canary' ? stable : canary;
    await server.scrape([other.target]);
    await server.stop();
    await server.forget();
    await server.run();
    for (let scrapes = 0; scrapes < 3; scrapes += 1) await other.scraped();
    expect(await watch().look()).toMatchObject({
      canary: {
        missing: expect.stringMatching(
          new RegExp(`nothing matches http_requests_total\\{.*track="${track}"`),
        ) as unknown,
      },
    });
    await server.scrape([canary.target, stable.target]);
    await scraped();
    await scraped();
  });

  test('that has more series than one service can have', async () => {
    const many = await Copy.start('canary');
    const series = Array.from({ length: 2001 }, (_, at) => `crowd_total{path="/${String(at)}"} 1`);
    many.page = () => [...series, ''].join('\n');
    await server.scrape([many.target, canary.target, stable.target]);
    await many.scraped();
    await many.scraped();
    expect(await counting('crowd_total{track="$track",path="/"}', 'crowd_total').look()).toMatchObject({
      canary: {
        missing: expect.stringMatching(
          /2001 series match crowd_total\{track="canary"\}, at most 2000 are read; name the service in it/,
        ) as unknown,
      },
    });
    many.end();
    await server.scrape([canary.target, stable.target]);
  });

  test('whose selector does not tell the tracks apart', async () => {
    const watching = watch({ match: 'service!="$track"' });
    expect(await watching.look()).toMatchObject({
      canary: {
        missing: expect.stringMatching(
          /counts for the canary and for stable: what tells them apart\?/,
        ) as unknown,
      },
    });
  });

  test.each([
    [
      'asks for a label that nothing has',
      { events: 'http_requests_total{track="$track",status=~"5.."}' },
      /no series of http_requests_total has the label status, .* it has code, instance, job, track/,
    ],
    [
      'asks for a metric that nothing has',
      { events: 'http_errors_total{track="$track"}' },
      /no target has a metric called http_errors_total/,
    ],
  ])('whose selector of events %s', async (_, { events }, why) => {
    expect(await counting(events, 'http_requests_total').look()).toMatchObject({
      canary: { missing: expect.stringMatching(why) as unknown },
    });
  });

  test('that scrapes less often than is looked', async () => {
    const watching = watch();
    expect(await watching.look(100)).toMatchObject({
      canary: {
        missing: expect.stringMatching(/it is scraped each 200ms, and a tick is \d+ms/) as unknown,
      },
    });
  });
});
