/** Counters that only look like some, and setups that count twice: what real Prometheus servers have. */
import { describe, test } from 'vitest';
import type { Reading } from '../../src/judge/samples.ts';
import { Copy } from './copies.ts';
import { PrometheusServer, skipped, type Changes } from './server.ts';
import { sourceOf, Watch } from './source.ts';

const match = 'track="$track"';

/** A canary and a copy of stable, and a Prometheus that scrapes them. */
class Setup {
  readonly canary: Copy;
  readonly stable: Copy;
  readonly others: Copy[] = [];
  #server: PrometheusServer | undefined;

  constructor(canary: Copy, stable: Copy) {
    this.canary = canary;
    this.stable = stable;
  }

  get copies(): Copy[] {
    return [this.canary, this.stable, ...this.others];
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  async start(changes: Changes = {}): Promise<void> {
    for (const copy of this.copies) copy.serve(1, '200');
    const targets = this.copies.map(({ target }) => target);
    this.#server = await PrometheusServer.start('500ms', targets, { changes });
    for (let scrapes = 0; scrapes < 8; scrapes += 1) await this.scraped();
  }

  scraped(): Promise<unknown> {
    return Promise.all(this.copies.map((copy) => copy.scraped()));
  }

  /** Requests to each copy, seen by Prometheus: 20, two of them failed. */
  async traffic(): Promise<void> {
    await this.scraped();
    for (const copy of this.copies) {
      copy.serve(18, '200');
      copy.serve(2, '500');
    }
    await this.scraped();
    await this.scraped();
  }

  rate(counters: object): Watch {
    return new Watch(sourceOf({ kind: 'rate', source: { type: 'prometheus', url: this.url, ...counters } }));
  }

  latency(): Watch {
    const histogram = `http_request_duration_seconds{${match}}`;
    return new Watch(sourceOf({ kind: 'latency', source: { type: 'prometheus', url: this.url, histogram } }));
  }

  async end(): Promise<void> {
    for (const copy of this.copies) copy.end();
    await this.#server?.end();
  }
}

async function withSetup(play: (setup: Setup) => Promise<void>): Promise<void> {
  const setup = new Setup(await Copy.start('canary'), await Copy.start('stable'));
  try {
    await play(setup);
  } finally {
    await setup.end();
  }
}

const requests = (name: string) => ({ events: `${name}{${match},code="500"}`, total: `${name}{${match}}` });

const said = ({ canary: reading }: { canary: Reading }): string =>
  'missing' in reading ? reading.missing : JSON.stringify(reading);

/** What each copy had since the last look. */
const once = { events: 2, total: 20 };

describe.skipIf(skipped)('what is counted can be counted:', { concurrent: true }, () => {
  test.for<[string, (text: string) => string, RegExp]>([
    [
      'a rate that was recorded under the name of a counter',
      (text: string) => text.replace(/^(http_requests_total\S*) (\d+)$/gm, '$1 $2.5'),
      /http_requests_total\{.*\} is \d+\.5, and a counter of events is a whole number: this is a rate or another gauge; select the counter itself/,
    ],
    [
      'a gauge',
      (text: string) =>
        text.replace('# TYPE http_requests_total counter', '# TYPE http_requests_total gauge'),
      /http_requests_total is of type gauge and goes up and down: select a counter, or measure it with kind: value or gauge/,
    ],
  ])('%s is no counter', ([, page, why], { expect }) =>
    withSetup(async (setup) => {
      setup.canary.page = page;
      setup.stable.page = page;
      await setup.start();
      const watching = setup.rate(requests('http_requests_total'));
      await setup.traffic();
      expect(said(await watching.look())).toMatch(why);
    }),
  );

  test.for<[string, boolean, RegExp]>([
    ['that say when they started', true, /answered at .* from a process that is older than the one before/],
    ['that do not say when they started', false, /fell \d+ times since .* without a restart/],
  ])('several processes %s, behind one target, are not one counter', ([, says, why], { expect }) =>
    withSetup(async (setup) => {
      let asked = 0;
      const workers = (text: string): string => {
        asked += 1;
        const worker = asked % 3;
        return text
          .replace(/^(http_\w+\S*) (\d+)$/gm, (_all, series: string, count: string) =>
            [series, String(Number(count) + worker * 1_000_000)].join(' '),
          )
          .replace(/^(process_start_time_seconds) (.*)$/m, (_all, name: string, at: string) =>
            says ? [name, String(Number(at) - worker * 60)].join(' ') : '',
          );
      };
      setup.stable.page = workers;
      await setup.start();
      const errors = setup.rate(requests('http_requests_total'));
      const latency = setup.latency();
      await setup.traffic();
      expect(said(await errors.look())).toMatch(why);
      expect(said(await latency.look())).toMatch(why);
      expect(said(await errors.look())).toMatch(/several processes answer for this one target/);
    }),
  );

  test('a process that is restarted again and again is counted', ({ expect }) =>
    withSetup(async (setup) => {
      await setup.start();
      const watching = setup.rate(requests('http_requests_total'));
      for (let restarts = 0; restarts < 4; restarts += 1) {
        // A second is what start times may shake by.
        await new Promise((over) => setTimeout(over, 1_100));
        setup.stable.restart();
        setup.canary.restart();
        await setup.traffic();
      }
      const reading = await watching.look();
      expect(reading).toEqual({ canary: { events: 8, total: 80 }, stable: { events: 8, total: 80 } });
    }));

  test('a target of two jobs is counted once, and that is said', ({ expect }) =>
    withSetup(async (setup) => {
      await setup.start({ again: 'pods' });
      const watching = setup.rate(requests('http_requests_total'));
      await setup.traffic();
      expect(await watching.look()).toEqual({ canary: once, stable: once });
      expect(watching.note).toMatch(
        /^127\.0\.0\.1:\d+ is scraped twice \(job="pods" and job="shop"\): its requests are counted once$/,
      );
      await setup.traffic();
      expect(await watching.look()).toEqual({ canary: once, stable: once });
    }));

  test('two copies that answer as many requests are two', ({ expect }) =>
    withSetup(async (setup) => {
      setup.others.push(await Copy.start('stable'));
      await setup.start();
      const watching = setup.rate(requests('http_requests_total'));
      await setup.traffic();
      expect(await watching.look()).toEqual({ canary: once, stable: { events: 4, total: 40 } });
      expect(watching.note).toBeUndefined();
    }));

  test('both ends of a mesh are not added up, and the preset takes one', ({ expect }) =>
    withSetup(async (setup) => {
      const ends = (text: string): string =>
        text.replace(/^http_requests_total\{code="(\d+)"\} (\d+)$/gm, (_all, code: string, count: string) =>
          ['source', 'destination']
            .map((end) => `istio_requests_total{reporter="${end}",response_code="${code}"} ${count}`)
            .join('\n'),
        );
      setup.canary.page = ends;
      setup.stable.page = ends;
      await setup.start();
      const both = setup.rate({
        events: `istio_requests_total{${match},response_code="500"}`,
        total: `istio_requests_total{${match}}`,
      });
      const one = setup.rate({ preset: 'istio', match });
      await setup.traffic();
      expect(said(await both.look())).toMatch(
        /istio_requests_total is counted by more than one reporter \("destination" and "source"\), .*: add reporter="destination" to its matchers/,
      );
      expect(await one.look()).toEqual({ canary: once, stable: once });
    }));

  test('bounds that copies write as 1 and as 1.0 are one bucket', ({ expect }) =>
    withSetup(async (setup) => {
      setup.canary.page = (text) => text.replaceAll('le="1"', 'le="1.0"').replaceAll('le="0.1"', 'le="1e-1"');
      await setup.start();
      const latency = setup.latency();
      await setup.traffic();
      const buckets = { bounds: [100, 250, 1_000], below: [20, 20, 20], total: 20 };
      expect(await latency.look()).toEqual({ canary: buckets, stable: buckets });
    }));
});
