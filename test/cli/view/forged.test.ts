/** Text from outside that would pass for a line of the view, or change how it is drawn. */
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { Ending } from '../../../src/client.ts';
import { reportOf } from '../../../src/cli/report.ts';
import { drawn } from '../../../src/cli/terminal.ts';
import { briefChange, briefLines, listLines } from '../../../src/cli/view/brief.ts';
import { changes } from '../../../src/cli/view/changes.ts';
import { columns } from '../../../src/cli/view/columns.ts';
import { lastWords } from '../../../src/cli/view/last-words.ts';
import { planLines } from '../../../src/cli/view/plan.ts';
import { rolloutLines } from '../../../src/cli/view/rollout.ts';
import { NotRunning } from '../../../src/client/errors.ts';
import type { RolloutStatus } from '../../../src/domain/status.ts';
import { completeSpec, parseSpec } from '../../../src/spec/parse.ts';
import { brief, canvas, failing, firstStepDone, gate, said, statusWith } from '../statuses.ts';

const forgeries = {
  'a line break': 'ok\nFORGED approved by cto',
  'a carriage return': 'ok\rFORGED approved by cto',
  'the separators of Unicode': 'ok\u2028FORGED\u2029FORGED\u0085FORGED approved by cto',
  'an ANSI sequence that moves the cursor': 'ok\u001b[1EFORGED approved by cto',
  'a C1 control that moves the cursor': 'ok\u009b1EFORGED approved by cto',
  'an override of direction': '\u202eotc yb devorppa DEGROF',
  'blanks up to the edge': `ok${'\u00a0'.repeat(98)}FORGED\u00a0approved\u00a0by\u00a0cto`,
  'wide characters up to the edge': `${'全'.repeat(60)}FORGED\u00a0approved`,
  'a word up to the edge': `${'x'.repeat(100)}FORGED\u00a0approved`,
};

function statusOf(text: string): RolloutStatus {
  const metric = { ...failing.metrics[0], name: text, because: text };
  return statusWith({
    version: text,
    stable: text,
    stableNow: text,
    doing: text,
    steps: { at: 1, labels: [text, text, text], done: [{ ...firstStepDone, label: text, because: text }] },
    gate: { ...gate, approve: text, by: [text], approvals: [{ by: text, at: brief.started }] },
    paused: { since: brief.started, by: text, reason: text },
    verdict: { ...failing, because: text, metrics: [metric, metric] as typeof failing.metrics },
    loadFault: text,
    missing: [text],
    messages: [{ ...said, verb: text, by: text, reason: text, text }],
  });
}

const foreign = { ...brief, service: 'x', version: 'y' };
const ended = { how: 'failed', type: null } as const;

function views(text: string): Record<string, string[]> {
  const status = statusOf(text);
  const forged = { ...brief, service: text, version: text, rollout: `rollout/${text}` };
  const ending: Ending = { ...ended, text };
  return {
    status: rolloutLines(status, canvas),
    'its end': rolloutLines({ ...status, phase: 'ended', outcome: 'aborted', cause: text }, canvas),
    'the server alone': briefLines(forged, text, canvas),
    list: listLines([forged, foreign], canvas),
    'last words': lastWords(text, { kind: 'brief', brief, why: text, ending }, canvas),
  };
}

/** For logs: one record is one line, however long. */
function records(text: string): Record<string, string[]> {
  return { changes: changes(null, statusOf(text)), 'the server alone': [briefChange(brief, text)] };
}

const harmless = /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u;

describe.each(Object.entries(forgeries))('%s', (_, text) => {
  test.each(Object.entries(views(text)))('forges no line in %s', (_, lines) => {
    for (const line of lines) {
      expect(line).toMatch(harmless);
      expect(line).not.toMatch(/^\s{0,3}FORGED/);
      expect(columns(line)).toBeLessThanOrEqual(canvas.width);
    }
  });

  test.each(Object.entries(records(text)))('forges no record in %s', (_, lines) => {
    for (const line of lines) expect(line).toMatch(harmless);
  });

  test('forges no line in an error', () => {
    expect(reportOf(new NotRunning(text, { brief, ending: { ...ended, text } })).message).toMatch(harmless);
  });
});

test('the second line of one message does not look like another message', () => {
  const forged = { ...said, text: `${'x '.repeat(40)}approve by "cto": approved` };
  const lines = rolloutLines(statusWith({ messages: [forged, said] }), canvas);
  const at = lines.findIndex((line) => line.startsWith('  said'));
  expect(lines.slice(at, at + 3).map((line) => line.search(/\S/))).toEqual([2, 16, 12]);
});

test('a refused spec has one line for each problem, whatever is in it', () => {
  const text = JSON.stringify({ service: 'ok\u202e', 'x\ny\u001b[2J': 1, version: '1\u0085FORGED' });
  let message = '';
  try {
    parseSpec(text, 'a\nFORGED.yaml');
  } catch (error) {
    ({ message } = reportOf(error));
  }
  expect(message.split('\n').length).toBeGreaterThan(3);
  for (const line of message.split('\n')) {
    expect(line).toMatch(harmless);
    expect(line).toMatch(/^a\\nFORGED\.yaml:1:/);
  }
});

test('the plan of a spec with long texts keeps to one line for each step', () => {
  const plan = completeSpec({
    service: 'checkout',
    version: '2.4.0',
    target: { type: 'http', url: 'http://127.0.0.1:1' },
    steps: [
      { weight: 5, bake: '1m', onInconclusive: 'roll-back' },
      { approve: `ok${'\u00a0'.repeat(98)}FORGED` },
    ],
  });
  for (const line of planLines(plan, canvas)) expect(columns(line)).toBeLessThanOrEqual(canvas.width);
});

test('what a view left as it came is shown when it is written, and our colours are kept', () => {
  const { red, bold } = pc.createColors(true);
  const line = bold(red('ok\u001b[8m\u001b[2J\nFORGED'));
  expect(drawn([line])).toEqual([bold(red(String.raw`ok\u001b[8m\u001b[2J\nFORGED`))]);
});
