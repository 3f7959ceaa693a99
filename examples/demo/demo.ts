/**
 * `npm run demo`: a bad version of a bakery's web site is caught under live traffic and taken back, and a good one
 * is promoted. With `-- --keep` everything goes on afterwards, for the Web UI to be looked at; with `-- --prometheus` it is
 * judged by what a real Prometheus has scraped; with `-- --docker` it is released to containers behind Traefik, and judged so;
 * with `-- --kubernetes` to a Deployment behind a gateway. Exits with 0 only if it went like that.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { withLock } from '../../src/temporal/lock.ts';
import { duration } from '../../src/text/duration.ts';
import { Page } from './page.ts';
import { release } from './release.ts';
import { shortcomings, summarize } from './review.ts';
import type { Ends } from './site.ts';
import { setStage, type Stage } from './stage.ts';

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    prometheus: { type: 'boolean', default: false },
    docker: { type: 'boolean', default: false },
    kubernetes: { type: 'boolean', default: false },
  },
});

const home = resolve('.coalmine');
const directory = resolve(home, 'demo');
const page = new Page();

/** A machine on which it takes longer, in ms, is not one to see it on. */
const patience = 300_000;

/** The exit code for whoever ends the demo before it is over. */
const interrupted = new Promise<number>((end) => {
  process.on('SIGINT', () => end(130));
  process.on('SIGTERM', () => end(143));
  process.on('SIGHUP', () => end(129));
});

try {
  await mkdir(home, { recursive: true });
  process.exitCode = await withLock(resolve(home, 'demo.lock'), 0, perform);
} catch (error) {
  page.text('', pc.red(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
process.exit();

/** Whatever happens, what was begun is ended. */
async function perform(): Promise<number> {
  const ends: Ends = [];
  try {
    const played = await Promise.race([play(ends), interrupted, tooLong()]);
    if (typeof played === 'number') return played;
    if (values.keep) await keep(played.stage);
    return played.problems.length === 0 ? 0 : 1;
  } finally {
    await endAll(ends);
  }
}

async function play(ends: Ends): Promise<{ stage: Stage; problems: string[] }> {
  page.heading('Setting the stage');
  const stage = await setStage(directory, page, ends, values);
  const set = page.seconds;
  page.heading('14.1.1-htm: starts well, passes its test, and answers /menu and /visit with 404');
  const bad = await release(stage, '14.1.1-htm', page);
  page.heading('14.1.1: good');
  const good = await release(stage, '14.1.1', page);

  const performance = { bad, good, seen: stage.traffic.seen(), seconds: page.seconds - set };
  summarize(page, performance);
  const problems = shortcomings(performance);
  for (const problem of problems) page.row(pc.red('not so'), problem);
  const [all, setting, back, forth] = [page.seconds, set, bad.seconds, good.seconds].map((seconds) =>
    duration(Math.round(seconds) * 1000),
  );
  page.row('took', `${all}: stage ${setting}, taken back ${back}, promoted ${forth}`);
  if (!values.keep)
    page.text('', 'See it in the Web UI: npm run demo -- --keep   Your own service: README.md');
  return { stage, problems };
}

async function tooLong(): Promise<never> {
  await sleep(patience);
  throw new Error(`Not over after ${duration(patience)}: see demo.log in ${directory}`);
}

/** Until somebody ends it. */
async function keep({ webUi, front, address }: Stage): Promise<void> {
  page.heading('Everything goes on until Ctrl-C');
  page.row('Web UI', webUi);
  page.row('the site', `${front}/menu`);
  page.text(
    '',
    'Go on in another terminal:',
    `  export TEMPORAL_ADDRESS=${address}`,
    '  npx coalmine status bakery',
    '  npx coalmine start .coalmine/demo/rollout.yaml --release 14.1.1-tls --watch',
  );
  await interrupted;
}

/** The last begun first; what cannot be ended is said and keeps nothing else from ending. */
async function endAll(ends: Ends): Promise<void> {
  page.live('', 'Ending what the demo started');
  for (const end of ends.toReversed())
    await end().catch((error: unknown) => page.text(pc.red(`Not ended: ${String(error)}`)));
}
