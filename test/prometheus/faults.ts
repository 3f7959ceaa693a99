import { changed, type Meddler, type Meddling } from './meddler.ts';
import type { PrometheusServer } from './server.ts';
import type { Shop } from './shop.ts';

/** Something that goes wrong with measuring, and how it is mended. */
export interface Fault {
  what: string;
  begin: (scene: Scene) => unknown;
  end: (scene: Scene) => unknown;
  /** What is said of a good version that it meets in mid-bake. */
  says: RegExp;
  kind?: 'no-signal' | 'inconclusive';
  /** How long it lasts at least (ms). */
  lasts?: number;
}

/** A Prometheus of the test's own, and two shops that it scrapes. */
export interface Scene {
  prometheus: PrometheusServer;
  /** Between Prometheus and the worker. */
  meddler: Meddler;
  good: Shop;
  bad: Shop;
}

export const faults: Fault[] = [
  {
    what: 'Prometheus is killed, and back after a minute',
    begin: ({ prometheus }) => prometheus.stop(),
    end: ({ prometheus }) => prometheus.run(),
    says: /gave no whole answer/,
    lasts: 60_000,
  },
  {
    what: 'Prometheus stands still (SIGSTOP) for a minute',
    begin: ({ prometheus }) => prometheus.signal('SIGSTOP'),
    end: ({ prometheus }) => prometheus.signal('SIGCONT'),
    says: /gave no whole answer within 2s/,
    lasts: 60_000,
  },
  {
    what: 'Prometheus is started anew with an empty disk',
    begin: async ({ prometheus }) => {
      await prometheus.stop();
      await prometheus.forget();
    },
    end: ({ prometheus }) => prometheus.run(),
    says: /gave no whole answer/,
  },
  {
    what: 'Prometheus may load no samples (--query.max-samples)',
    begin: ({ prometheus }) => again(prometheus, '--query.max-samples=1'),
    end: ({ prometheus }) => again(prometheus),
    says: /answered 422 \(.*too many samples/,
  },
  {
    what: 'the store behind it (remote_read) is away: it warns',
    begin: ({ prometheus }) =>
      prometheus.reconfigure({
        whole: { remote_read: [{ url: 'http://127.0.0.1:1/read', read_recent: true }] },
      }),
    end: ({ prometheus }) => prometheus.reconfigure(),
    says: /warns: remote_read: /,
  },
  meddled('a proxy says that it has a part of the data', partial, /gave a part of the data only/),
  meddled('a proxy cuts answers off', () => 'cut', /gave no whole answer \(.*aborted/),
  meddled(
    'a proxy shows a login page',
    () => ({ status: 200, body: '<html>Who are you?</html>' }),
    /with no JSON: <html>Who are you\?/,
  ),
  {
    what: 'answers take longer than is waited for',
    begin: ({ meddler }) => meddler.delay(3000),
    end: ({ meddler }) => meddler.delay(0),
    says: /gave no whole answer within 2s/,
  },
  {
    what: 'the targets are scraped no more',
    begin: ({ prometheus }) => prometheus.scrape([]),
    end: ({ prometheus, good, bad }) => prometheus.scrape([...good.targets, ...bad.targets]),
    says: /the last scrape of the canary was at \d\d:\d\d:\d\d/,
  },
  {
    what: 'all is scraped each 10 s instead of each 0.5 s',
    begin: ({ prometheus }) => prometheus.reconfigure({ scraping: seldom }),
    end: ({ prometheus }) => prometheus.reconfigure(),
    says: /the last scrape of (the canary|stable) was at \d\d:\d\d:\d\d/,
  },
  canaries(
    'the canary cannot be scraped (up is 0)',
    ({ canary }, isOn) => (canary.isDown = isOn),
    /1 of 1 targets of the canary cannot be scraped: up\{/,
  ),
  canaries(
    'counters of the canary are NaN',
    ({ canary }, isOn) =>
      (canary.page = (text) => (isOn ? text.replace(/^(http_requests_total.*) \d+$/gm, '$1 NaN') : text)),
    /a counter is NaN: http_requests_total\{/,
  ),
  {
    what: "the canary's series are relabelled to track=stable",
    begin: ({ prometheus }) => prometheus.reconfigure({ scraping: asStable('metric_relabel_configs') }),
    end: ({ prometheus }) => prometheus.reconfigure(),
    says: /http_requests_total.* since .*: its labels were changed/,
  },
  {
    what: "the canary's target is relabelled to track=stable",
    begin: ({ prometheus }) => prometheus.reconfigure({ scraping: asStable('relabel_configs') }),
    end: ({ prometheus }) => prometheus.reconfigure(),
    says: /http_requests_total.* since .*: its labels were changed/,
  },
  {
    what: 'the label track is dropped',
    begin: ({ prometheus }) =>
      prometheus.reconfigure({
        scraping: { metric_relabel_configs: [{ action: 'labeldrop', regex: 'track' }] },
      }),
    end: ({ prometheus }) => prometheus.reconfigure(),
    says: /http_requests_total\{.*track="canary"/,
  },
  {
    what: 'the metric is there for the canary only',
    begin: ({ good, bad }) => {
      for (const { stable } of [good, bad]) stable.page = without;
    },
    end: ({ good, bad }) => {
      for (const { stable } of [good, bad]) stable.page = (text) => text;
    },
    says: /http_requests_total\{.*track="stable"/,
  },
  canaries(
    'the metric is there for stable only',
    ({ canary }, isOn) => (canary.page = isOn ? without : (text) => text),
    /http_requests_total\{.*track="canary"/,
  ),
  canaries(
    'the canary gets no traffic',
    (shop, isOn) => (shop.share = (weight) => (isOn ? 0 : weight / 100)),
    /the canary had no requests for \S+/,
  ),
  {
    ...canaries(
      'the canary gets half of its share',
      (shop, isOn) => (shop.share = (weight) => (isOn ? weight / 200 : weight / 100)),
      /the canary does not get the 20% of the requests that its weight says/,
    ),
    kind: 'inconclusive',
  },
];

function meddled(what: string, how: Meddling, says: RegExp): Fault {
  return {
    what,
    begin: ({ meddler }) => meddler.meddle(how),
    end: ({ meddler }) => meddler.meddle(),
    says,
  };
}

/** One that both shops have. */
function canaries(what: string, turn: (shop: Shop, isOn: boolean) => unknown, says: RegExp): Fault {
  return {
    what,
    begin: ({ good, bad }) => [good, bad].map((shop) => turn(shop, true)),
    end: ({ good, bad }) => [good, bad].map((shop) => turn(shop, false)),
    says,
  };
}

function partial(answer: Parameters<Meddling>[0]): ReturnType<Meddling> {
  return changed((body) => (body['isPartial'] = true))(answer);
}

async function again(prometheus: PrometheusServer, ...flags: string[]): Promise<void> {
  await prometheus.stop();
  await prometheus.run(...flags);
}

const seldom = { scrape_interval: '10s', scrape_timeout: '1s' };

function asStable(member: string): object {
  const change = { source_labels: ['track'], regex: 'canary', target_label: 'track', replacement: 'stable' };
  return { [member]: [change] };
}

function without(text: string): string {
  return text.replace(/^http_requests_total.*\n/gm, '');
}
