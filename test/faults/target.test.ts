/** Each fault that an HTTP target may have, through a whole rollout: what people are told, and what is left. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { markdown } from '../../src/text/markdown.ts';
import { noTraffic } from '../../src/domain/split.ts';
import type { Asked, ContractTarget, Fault } from '../support/contract-target.ts';
import {
  failing,
  gone,
  moved,
  mumbling,
  noHttp,
  sick,
  silent,
  slow,
  starting,
  tooLate,
} from '../support/target-faults.ts';
import { faultyRollouts, type FaultyRollout } from './rollouts.ts';

/** A split is tried for a minute, and so is what comes after it. */
const timeout = 180_000;

/** The requests that meet a fault: none that the way back needs. */
type Where = (asked: Asked, target: ContractTarget) => boolean;

const deploy: Where = ({ call }) => call === 'deploy';
const check: Where = ({ call, track }, { running }) =>
  call === 'check' && track === 'canary' && running('canary').length > 0;
const split: Where = ({ call, weight }) => call === 'split' && weight !== 0;
const read: Where = ({ call }, target) => call === 'read' && target.split().weight > 0;
const largerDeploy: Where = ({ call, share }) => call === 'deploy' && share === 50;
const secondSplit: Where = ({ call, weight }) => call === 'split' && weight === 50;

const found500 =
  "500 (out of order), expected 2xx; it is worth another try, and the target's own log says why";
const found404 =
  '404 (no such page), expected 2xx; it is not tried again: correct the URL in the spec, or see why nothing answers there';
const found302 =
  '302, expected 2xx; it is not tried again: redirects are not followed; put the final address in the spec (this one leads to https://elsewhere.example/app)';
const foundText = '200, but with no JSON: <html>hello</html>; correct it there, then it is worth another try';
const reach = 'see that it runs and can be reached from where the worker runs';
const nothing = new RegExp(`gave no whole answer (within 30s|before the time for it was over); ${reach}$`);

/** Name, requests, fault, what was asked, and what people are told that it found. */
const cases: [name: string, where: Where, fault: Fault, asked: string, found: string | RegExp][] = [
  ['deploy answers 500', deploy, sick, 'deploy: POST', `answered ${found500}`],
  ['deploy answers 404', deploy, gone, 'deploy: POST', `answered ${found404}`],
  ['deploy answers in another protocol', deploy, noHttp, 'deploy: POST', 'gave no whole answer (Parse Error'],
  ['deploy redirects', deploy, moved, 'deploy: POST', `answered ${found302}`],
  ['deploy is done and answered too late', deploy, tooLate, 'deploy: POST', nothing],
  ['deploy is never answered', deploy, silent, 'deploy: POST', nothing],
  ['check answers 500', check, sick, 'check canary: GET', `answered ${found500}`],
  ['check answers 404', check, gone, 'check canary: GET', `answered ${found404}`],
  ['check answers no JSON', check, mumbling, 'check canary: GET', `answered ${foundText}`],
  ['check redirects', check, moved, 'check canary: GET', `answered ${found302}`],
  ['check answers too late', check, tooLate, 'check canary: GET', nothing],
  ['check is never answered', check, silent, 'check canary: GET', nothing],
  ['split answers 500', split, sick, 'split: POST', `answered ${found500}`],
  ['split answers 404', split, gone, 'split: POST', `answered ${found404}`],
  ['split redirects', split, moved, 'split: POST', `answered ${found302}`],
  ['split is done and answered too late', split, tooLate, 'split: POST', nothing],
  ['split is never answered', split, silent, 'split: POST', nothing],
  ['read answers no JSON', read, mumbling, 'read: GET', `answered ${foundText}`],
  ['read is never answered', read, silent, 'read: GET', nothing],
  ['deploy answers 500 at the second step', largerDeploy, sick, 'deploy: POST', `answered ${found500}`],
  ['split answers 500 at the second step', secondSplit, sick, 'split: POST', `answered ${found500}`],
];

const start = faultyRollouts();

/** How the way back fails at first. */
const illnesses = { split: [sick, sick, noHttp], remove: [sick, noHttp] };

/** All at once: most of them wait for a target that does not answer. */
const started = new Map<string, FaultyRollout>();
beforeAll(async () => {
  for (const [name, where, fault] of cases)
    started.set(name, await start((asked, target) => (where(asked, target) ? fault : null)));
  started.set('v3', await start(({ call }) => (call === 'deploy' ? starting('v3') : null)));
  started.set('slow', await start(({ call }) => (call === 'deploy' ? gone : isQuestion(call) ? slow : null)));
  started.set(
    'ill',
    await start(({ call, weight }) => {
      if (call === 'split' && weight === 50) return gone;
      if (call === 'split' && weight === 0) return illnesses.split.shift() ?? null;
      return call === 'remove' ? (illnesses.remove.shift() ?? null) : null;
    }),
  );
});

function startedAs(name: string): FaultyRollout {
  const rollout = started.get(name);
  if (rollout === undefined) throw new Error(`no rollout was started as ${name}`);
  return rollout;
}

function isQuestion(call: string | undefined): boolean {
  return call === 'check' || call === 'read';
}

/** Taken back and read back, with the cause where people look for it. */
async function expectTakenBack(rollout: FaultyRollout): Promise<string> {
  const { target, result, details, state } = rollout;
  const found = await result();
  expect(found).toMatchObject({ outcome: 'rolled-back', verified: true });
  expect(await state()).toBe('COMPLETED');
  expect(await details()).toContain(
    markdown(`rolled-back, v1 serves everyone (read back from the target): ${found.cause}`),
  );
  expectAsBefore(target);
  return found.cause;
}

function expectAsBefore({ running, split }: ContractTarget): void {
  expect({ stable: running('stable'), canary: running('canary'), split: split() }).toEqual({
    stable: ['v1'],
    canary: [],
    split: noTraffic,
  });
}

describe('a rollout is taken back, and says why, where', () => {
  test.for(cases)('%s', { timeout }, async ([name, , , asked, found]) => {
    const rollout = startedAs(name);
    const cause = await expectTakenBack(rollout);
    const to = `${asked} ${rollout.target.url} `;
    expect(cause.slice(0, to.length)).toBe(to);
    expect(cause.slice(to.length)).toMatch(found);
  });

  test('another version runs than was asked for', { timeout }, async () => {
    const cause = await expectTakenBack(startedAs('v3'));
    expect(cause).toMatch(
      /^expected the canary alive with version v2 alone within 4s, found \{"canary":\{"alive":true,"versions":\["v3"\].* at the end of it; see the target's own log for why$/,
    );
  });
});

test(
  'a canary that the target has given up on is taken back without waiting for it',
  { timeout },
  async () => {
    const given = failing('a copy of v2 ended with exit code 1');
    const rollout = await start(({ call, track }) => (call === 'check' && track === 'canary' ? given : null));
    expect(await expectTakenBack(rollout)).toBe(
      'expected the canary alive with version v2 alone, but the target has given up: ' +
        "a copy of v2 ended with exit code 1; see the target's own log",
    );
  },
);

test('a rollout whose target cannot be asked ends before anything is touched', { timeout }, async () => {
  const { target, result, details } = await start(({ call }) => (isQuestion(call) ? gone : null));
  const { outcome, verified, cause } = await result();
  expect({ outcome, verified }).toEqual({ outcome: 'rolled-back', verified: false });
  expect(cause).toBe(`check stable: GET ${target.url} answered ${found404}`);
  expect(await details()).toContain(markdown(cause));
  expect(target.arrived.filter(({ method }) => method === 'POST')).toEqual([]);
});

describe('taking the canary back goes on until it is done', () => {
  test('where the target is ill for a while', { timeout }, async () => {
    const rollout = startedAs('ill');
    expect(await expectTakenBack(rollout)).toContain(
      `split: POST ${rollout.target.url} answered ${found404}`,
    );
    expect(illnesses).toEqual({ split: [], remove: [] });
  });

  test('where the target refuses it until a person has mended it', { timeout }, async () => {
    const rollout = await start(({ call }) => (call === 'deploy' || call === 'remove' ? gone : null));
    const { target, details, resume } = rollout;
    const stuck = `Stuck taking the canary back: remove: POST ${target.url} answered ${found404}. Mend the target`;
    await vi.waitFor(async () => expect(await details()).toContain(markdown(stuck)), 60_000);
    target.befall(() => null);
    await resume();
    expect(await expectTakenBack(rollout)).toBe(`deploy: POST ${target.url} answered ${found404}`);
  });

  test('where each question is answered in time, though slowly', { timeout }, async () => {
    await expectTakenBack(startedAs('slow'));
  });
});
