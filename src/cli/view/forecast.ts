import { count, number, percent, perSecond } from '../../text/number.ts';
import type { CleanForecast, TestForecast } from '../../domain/forecast/clean.ts';
import type { HarmForecast, Forecast } from '../../domain/forecast/forecast.ts';
import { sorted, type Usual } from '../../domain/forecast/plan.ts';
import { slowerShares } from '../../domain/forecast/world.ts';
import { mostLag } from '../../domain/sources.ts';
import type { Measured } from '../../judge/criteria.ts';
import { visibleIn } from '../../text/visible.ts';
import type { Plan } from '../../spec/schema.ts';
import { adviceText } from './advice.ts';
import type { Canvas } from './canvas.ts';
import { duration } from '../../text/duration.ts';
import { cleanTable, harmTable, numbered, wholePercent } from './forecast-tables.ts';
import { uncoveredText } from './plan.ts';
import { cut, wrap } from './text.ts';

/** What a plan is likely to bring: in a sentence, step by step for a clean release, and for worse ones. */
export function forecastLines(
  given: Plan,
  usual: Usual,
  forecast: Forecast,
  { width, colors }: Canvas,
): string[] {
  const plan = visibleIn(given);
  const { clean, harms, hopeless, advice } = forecast;
  const rates = Object.entries(usual.rates).map(([name, rate]) => `${name} ${percent(rate)}`);
  const known = [perSecond(usual.rps), ...rates].join(', ');
  const heading = `${colors.bold(`${cut(plan.service, width / 2)} ${cut(plan.version, width / 3)}`)}   ${known}`;
  const notes = notesOf(plan, usual, forecast).flatMap((note) => wrap(note, width).map(colors.dim));
  if (clean === null) return [heading, '', ...wrap(nothing, width), '', ...notes];
  const paint = hopeless ? colors.red : advice === null ? colors.green : colors.yellow;
  return [
    heading,
    '',
    ...wrap(summary(clean, harms), width).map((line) => paint(line)),
    ...(advice === null ? [] : wrap(adviceText(plan, usual, clean, advice), width)),
    '',
    ...cleanTable(plan, clean, colors),
    '',
    ...harmTable(plan, harms, clean, colors),
    '',
    ...notes,
  ];
}

const nothing =
  'Nothing can be said of this plan: no metric whose readings can be simulated decides a bake. Metrics of kind rate, ' +
  'latency and gauge can, on steps with a weight.';

function summary(clean: CleanForecast, harms: readonly HarmForecast[]): string {
  const sentences = [cleanSentence(clean)];
  const harm = harms.find(({ times }) => times === 3) ?? harms.at(-1);
  if (harm !== undefined) sentences.push(harmSentence(harm));
  return sentences.join(' ');
}

function cleanSentence({ promoted, takenBack, held, time: { median, p90 } }: CleanForecast): string {
  if (median !== null) {
    const most = p90 === null ? `${wholePercent(promoted)} are at all` : `p90 ${duration(p90)}`;
    return `A clean release is promoted in ${duration(median)} (${most}).`;
  }
  const others = [`${wholePercent(held)} wait for a person`, `${wholePercent(takenBack)} are taken back`];
  return `Of clean releases ${wholePercent(promoted)} are promoted, ${others.join(' and ')}.`;
}

function harmSentence({ metrics, times, takenBack, time, requests }: HarmForecast): string {
  const what = `${number(times)} × the ${metrics.join(' and ')}`;
  if (time.median === null || requests.median === null) {
    return `Of releases with ${what}, ${wholePercent(takenBack)} are taken back.`;
  }
  const exposed = number(Math.round(requests.median));
  return `A release with ${what} is taken back after ${duration(time.median)}, with ${exposed} requests exposed.`;
}

function testNote({ requests, passed, takenBack }: TestForecast): string {
  const shows =
    passed > 0.95
      ? ''
      : ' A test that shows neither goes on: send more requests for it to show that a limit is kept.';
  return `The test sends ${count(requests, 'request')}: they show of ${wholePercent(passed)} of clean releases that its limits are kept, and take ${wholePercent(takenBack)} back.${shows}`;
}

function trailingNote(metrics: readonly Measured[]): string[] {
  const trailing = metrics.filter((metric) => mostLag([metric]) > 0);
  if (trailing.length === 0) return [];
  const names = trailing.map(({ name }) => name).join(', ');
  return [
    `${names}: read up to ${duration(mostLag(trailing))} after the end of a tick, which takes no time here either. A worse ` +
      'release is exposed for as much longer.',
  ];
}

function notesOf(plan: Plan, usual: Usual, { clean, leftOut, unknown }: Forecast): string[] {
  const { simulated } = sorted(plan, usual);
  const shares = slowerShares.map((share) => percent(share));
  const uncovered = uncoveredText(plan.metrics);
  return [
    ...(uncovered === '' ? [] : [`${uncovered}. The simulation takes requests for independent.`]),
    ...simulated
      .filter(({ comparison }) => comparison?.counted === 'users')
      .map(
        ({ name }) =>
          `${name} counts users: the simulation takes each request for a new user, so let --rps be new users a second.`,
      ),
    ...(clean === null
      ? []
      : [
          'Half of all rollouts stay within the first figure, nine of ten within p90; - where fewer get there. Gates, ' +
            'deploys and tests take no time here. Requests are those of the canary.',
        ]),
    ...trailingNote(simulated),
    ...simulated
      .filter(({ kind }) => kind === 'latency')
      .map(
        ({ name }) =>
          `${name}: buckets are assumed that ${shares.join(', ')} of stable's requests lie above, and 3 × is in the ` +
          'tail: so many times as many above the last two.',
      ),
    ...unknown.map(
      (at) =>
        `Step ${numbered(plan, at)}: nobody knows how much traffic it has; it is taken to go on and to show nothing.`,
    ),
    ...(clean?.test ? [testNote(clean.test)] : []),
    ...leftOut.map(({ name, why }) => `${name} ${why}: it is not simulated, but taken to be good.`),
  ];
}
