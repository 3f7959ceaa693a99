/** What people read, drawn from plain values. */
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { phases, type Phase } from '../../../src/domain/rollout.ts';
import { briefLines, listLines } from '../../../src/cli/view/brief.ts';
import { changes } from '../../../src/cli/view/changes.ts';
import { backToDeadText } from '../../../src/domain/dead-stable.ts';
import type { TrackState } from '../../../src/domain/rollout.ts';
import { lastWords } from '../../../src/cli/view/last-words.ts';
import { rolloutLines } from '../../../src/cli/view/rollout.ts';
import { wrap } from '../../../src/cli/view/text.ts';
import { brief, canvas, failing, firstStepDone, gate, resultWith, said, statusWith } from '../statuses.ts';

function drawn(...status: Parameters<typeof statusWith>): string {
  return rolloutLines(statusWith(...status), canvas).join('\n');
}

describe('a rollout', () => {
  test('shows version, phase, steps, weight, bake and what to say next', () => {
    expect(drawn()).toMatchInlineSnapshot(`
      "checkout 2.4.0   baking   stable 2.3.9
        Baking at 5%.

        ▶  1  5%
           2  gate: release to everyone
           3  50%

        canary    ██░░░░░░░░░░░░░░░░░░░░░░░░░░░░  5% of live traffic
        bake      ████░░░░░░░░░░░░░░░░░░░░░░░░░░  4m10s of 5m to 30m

        next      coalmine pause checkout    hold the weight
                  coalmine promote checkout  skip the remaining steps
                  coalmine abort checkout    take the canary back
      "
    `);
  });

  test.each<[Phase, string[]]>([
    ['preflight', ['abort']],
    ['deploying', ['abort']],
    ['testing', ['abort']],
    ['baking', ['pause', 'promote', 'abort']],
    ['waiting', ['approve', 'reject']],
    ['paused', ['resume', 'abort']],
    ['holding', ['promote', 'abort']],
    ['keeping', ['abort', 'pause', 'promote']],
    ['promoting', ['abort']],
    ['restoring', []],
    ['stuck', ['resume', 'abandon']],
    ['halted', ['promote', 'abandon']],
    ['ended', []],
  ])('says what one can say to it while %s', (phase, verbs) => {
    const offered = [...drawn({ phase }).matchAll(/coalmine (\w+) checkout/g)].map(([, verb]) => verb);
    expect(offered).toEqual(verbs);
    expect(drawn({ phase })).toContain(`checkout 2.4.0   ${phase}`);
  });

  test('says how long stable is kept after a swap, and how its traffic comes back', () => {
    const bake = { baked: 250_000, min: 1_800_000, max: 1_800_000, since: null, keepsStable: true } as const;
    const shown = drawn({ phase: 'keeping', weight: 100, bake });
    expect(shown).toContain('100% of live traffic');
    expect(shown).toMatch(/kept +█+░+ {2}4m10s of 30m/);
    expect(shown).toContain('coalmine abort checkout    return all traffic to stable');
  });

  test('says how many earlier messages, ids and notices are no longer kept', () => {
    const shown = drawn({ notKept: { messages: 320, ids: 0, notices: 1 } });
    expect(shown).toContain('320 earlier messages no longer listed');
    expect(shown).toContain('1 earlier notice given up');
    expect(shown).not.toContain('earlier message id');
    expect(drawn()).not.toContain('earlier');
  });

  test('at a gate shows what is approved, by whom, how many are missing and how long is left', () => {
    const steps = { at: 1, labels: ['5%', 'gate: release to everyone', '50%'], done: [firstStepDone] };
    const lines = drawn({ phase: 'waiting', gate, steps });
    expect(lines).toContain(
      'gate      release to everyone: 1 of 2 approvals from ana or ben, 2h left; approved by "ana"',
    );
    expect(lines).toContain('\n            (claimed)\n');
    expect(lines).toMatch(/✓ {2}1 {2}5% +advanced: errors: 3 of 1200/);
    expect(lines).toMatch(/▶ {2}2 {2}gate/);
  });

  test('shows a verdict with each metric, the reported ones marked', () => {
    const lines = drawn({ verdict: failing });
    expect(lines).toContain('verdict   fail  errors: 120 of 1000 (12%), at most 1%');
    expect(lines).toContain('✗ errors                 120 of 1000');
    expect(lines).toContain('✓ latency                p99 80ms');
    expect(lines).toContain('? saturation (reported)  http://127.0.0.1:9/metrics answered 503');
  });

  test('shows who paused it, what was said last, and how long there was no signal', () => {
    const lines = drawn({
      phase: 'paused',
      paused: { since: '2026-03-02T12:20:00Z', by: 'ana', reason: 'lunch' },
      noSignal: { spent: 240_000, allowed: 1_800_000 },
      messages: [said, { ...said, verb: 'approve', by: null, handled: false, text: 'no gate is open' }],
    });
    expect(lines).toContain('paused    10m ago by "ana" (claimed): lunch');
    expect(lines).toContain('no signal 4m in all, of 30m allowed');
    expect(lines).toContain('said      pause by "ana" (claimed), 10m ago: paused');
    expect(lines).toContain('approve by somebody, 10m ago: no gate is open (without effect)');
  });

  test('at its end shows outcome and cause, and that nobody could verify it', () => {
    const ended = { phase: 'ended', outcome: 'rolled-back', cause: 'errors: 12%' } as const;
    expect(drawn({ ...ended, verified: true })).toContain('✗ rolled-back   stable 2.3.9\n  errors: 12%.\n');
    expect(drawn({ ...ended, verified: false })).toContain('could not be read back');
  });

  test('of many steps shows those around the one in force', () => {
    const labels = Array.from({ length: 30 }, (_, index) => `${index + 1}%`);
    const done = labels.slice(0, 12).map((label, index) => ({ ...firstStepDone, label, step: index + 1 }));
    const lines = drawn({ steps: { at: 12, labels, done } });
    expect(lines).toContain('… 9 before');
    expect(lines).toContain('▶ 13  13%');
    expect(lines).toContain('… 11 more');
    expect(lines).not.toContain('30%');
  });

  test('keeps to the width of the terminal in every phase', () => {
    const long = 'POST http://127.0.0.1:8080/split answered 503, expected 2xx, three times in a row; '.repeat(
      3,
    );
    for (const phase of phases) {
      const status = statusWith({
        phase,
        doing: long,
        verdict: { ...failing, because: long },
        missing: [long],
      });
      for (const line of rolloutLines(status, { ...canvas, width: 80 }))
        expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test('says that stable was dead, and what is not compared for that', () => {
    const lines = rolloutLines(statusWith({ deadStable: { uncompared: ['errors', 'latency'] } }), canvas);
    expect(lines.join('\n')).toContain(
      'Stable 2.3.9 was dead when the rollout began; not compared with it: errors, latency.',
    );
  });

  test('is coloured only on a canvas with colours', () => {
    const coloured = rolloutLines(statusWith(), { ...canvas, colors: pc.createColors(true) }).join('\n');
    expect(coloured).toContain('\u001b[36mbaking\u001b[39m');
    expect(drawn()).not.toContain('\u001b');
  });
});

describe('a log of changes', () => {
  test('begins with where the rollout stands', () => {
    expect(changes(null, statusWith())).toEqual(['baking, step 1 of 3 (5%), canary at 5%: Baking at 5%.']);
  });

  test('has nothing to say of a clock that goes on', () => {
    const later = statusWith({ bake: { baked: 260_000, min: 300_000, max: 1_800_000, since: null } });
    expect(changes(statusWith(), later)).toEqual([]);
  });

  test('tells steps, messages, approvals, verdicts and the end, once each', () => {
    const steps = { at: 1, labels: ['5%', 'gate: release to everyone', '50%'], done: [firstStepDone] };
    const waiting = statusWith({
      phase: 'waiting',
      doing: 'waiting for approval',
      steps,
      gate,
      verdict: failing,
    });
    expect(changes(statusWith(), waiting)).toEqual([
      'verdict fail: errors: 120 of 1000 (12%), at most 1%.',
      'step 1 (5%) advanced: errors: 3 of 1200 (0.25%), at most 1%.',
      'waiting, step 2 of 3 (gate: release to everyone), canary at 5%: Waiting for approval.',
    ]);
    const approved = { ...gate, approvals: [...gate.approvals, { by: 'ben', at: gate.deadline }] };
    expect(changes(waiting, { ...waiting, gate: approved, messages: [said] })).toEqual([
      'pause by "ana" (claimed) (lunch): paused: judging goes on.',
      'gate 2: 2 of 2 approvals',
    ]);
    const ended = {
      ...waiting,
      phase: 'ended',
      outcome: 'aborted',
      cause: 'aborted by "ana" (claimed)',
      verified: false,
    } as const;
    expect(changes(waiting, ended)).toEqual(['aborted: aborted by "ana" (claimed). Not verified.']);
    expect(changes(ended, ended)).toEqual([]);
  });
});

describe('what the server alone knows', () => {
  test('says why there is no more and what helps', () => {
    const why = 'no worker is running: start one with "coalmine worker"';
    const lines = briefLines(brief, why, canvas).join('\n');
    expect(lines).toContain('checkout 2.4.0   baking');
    expect(lines.replace(/\s+/g, ' ')).toContain(`(${why})`);
    expect(lines).toContain('coalmine abort checkout');
  });

  test('makes a table of rollouts', () => {
    const ended = {
      service: 'staging/basket',
      running: false,
      ended: '2026-03-02T12:20:00Z',
      outcome: 'promoted',
    } as const;
    expect(listLines([brief, { ...brief, ...ended, phase: 'ended' }], canvas)).toEqual([
      'SERVICE         VERSION  STATE     WEIGHT  BEGUN    ENDED',
      'checkout        2.4.0    baking    5%      30m ago',
      'staging/basket  2.4.0    promoted          30m ago  10m ago',
    ]);
  });
});

describe('the last words', () => {
  const words = (result: Parameters<typeof resultWith>[0]): string =>
    lastWords(
      'checkout',
      { kind: 'brief', brief, why: '', ending: { how: 'completed', result: resultWith(result) } },
      canvas,
    ).join('\n');

  test('say which version serves now', () => {
    expect(words({ outcome: 'promoted' })).toContain('Promoted: every step passed.\n2.4.0 serves everyone.');
    expect(words({ outcome: 'rolled-back' })).toContain('2.3.9 serves everyone.');
    expect(words({ outcome: 'aborted', stable: null })).toContain('what served before serves everyone.');
  });

  test('do not claim what could not be read back', () => {
    expect(words({ outcome: 'promoted', verified: false })).toContain('should serve everyone, but');
    expect(words({ outcome: 'promoted', serving: 'v2 serves everyone' })).toContain(
      '\nv2 serves everyone. What',
    );
    expect(words({ outcome: 'rolled-back', serving: 'nothing was changed' })).toContain(
      '\nNothing was changed.',
    );
  });

  test('say that a take-back has gone back to what was dead', () => {
    const back = (now: TrackState | null): string =>
      words({ outcome: 'rolled-back', verified: now !== null, serving: backToDeadText('v1', now) });
    const dead = 'the traffic is back on v1, which was dead when the rollout began';
    expect(back({ alive: false, versions: ['v1'] }).replaceAll('\n', ' ')).toContain(
      `${dead} and is still dead. What`,
    );
    expect(back(null).replaceAll(/\s+/g, ' ')).toContain(
      'the traffic should be back on v1, which was dead when the rollout began, but the target could not tell: look at what it runs.',
    );
  });

  test('of a refused spec list every problem', () => {
    const ending = { how: 'failed', type: 'SpecRefused', text: 'every: found 1\nsteps: found none' } as const;
    expect(
      lastWords('checkout', { kind: 'full', status: statusWith(), waiting: null, ending }, canvas).slice(
        0,
        3,
      ),
    ).toEqual([
      'Failed: every: found 1',
      'steps: found none.',
      'Nothing was started. Mend the spec, check it with "coalmine validate FILE" and start it again.',
    ]);
  });
});

test('text is broken between words, and a word that is too long at the end of the line', () => {
  expect(wrap('one two three four-and-a-half five', 9)).toEqual([
    'one two',
    'three',
    'four-and-',
    'a-half',
    'five',
  ]);
  expect(wrap('', 9)).toEqual(['']);
});
