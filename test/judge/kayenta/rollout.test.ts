import { describe, expect, test } from 'vitest';
import { bakeCriteria } from '../../../src/judge/criteria.ts';
import { atNewStep, judge } from '../../../src/judge/judge.ts';
import type { ScoreEvidence } from '../../../src/judge/kayenta/scoring.ts';
import { judged, missing, names, of, planOf, scored, scoring, ticksOf, times, value } from './scored.ts';

const good = times({});

function scoreOf(state: Record<string, unknown>): ScoreEvidence {
  return state['Kayenta'] as ScoreEvidence;
}

describe('the verdict', () => {
  test('is a pass from the pass threshold on, and lists each metric beside the score', () => {
    const { verdict, signalled } = judged(6, good);
    expect(verdict.kind).toBe('pass');
    expect(verdict.because).toBe(
      'Kayenta: score 100 (pass from 80, fail up to 50; errors 100, queue 100, cpu 100): every metric passes',
    );
    expect(verdict.metrics.map(({ name, gating, kind }) => [name, gating, kind])).toEqual([
      ['Kayenta', true, 'pass'],
      ['errors', false, 'pass'],
      ['queue', false, 'pass'],
      ['cpu', false, 'pass'],
    ]);
    expect(signalled).toEqual([{ from: 290_000, to: 360_000 }]);
  });

  test('is inconclusive between the thresholds, and says what is worse and by how much', () => {
    const { verdict } = judged(6, times({ queue: 2 }));
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.because).toMatch(
      /^Kayenta: score 70 \(pass from 80, fail up to 50; errors 100, queue 0, cpu 100\): queue is High \(2 × stable's, 20\.\d+ against 10\.\d+\)$/,
    );
  });

  test('is a fail at exactly the marginal threshold, as it ends an analysis of Kayenta', () => {
    const { verdict } = judged(6, times({ queue: 2, cpu: 2 }));
    expect(verdict.kind).toBe('fail');
    expect(verdict.because).toMatch(/score 50 .*: queue is High .*, cpu is High/);
  });

  test('is a fail where a critical metric is beyond its critical effect, whatever the others say', () => {
    const { verdict } = judged(6, times({ errors: 3 }));
    expect(verdict.kind).toBe('fail');
    expect(verdict.because).toMatch(/score 0 .*: errors is High, which is critical \(3 × stable's/);
  });

  test('that failed stands until the weight changes, and then a look at the new weight is wanted', () => {
    const { state } = judged(6, times({ errors: 3 }));
    const healed = judged(10, good, scoring({ points: 5 }), state, 6);
    expect(healed.verdict.kind).toBe('fail');
    const next = judge(scored, atNewStep(healed.state), ticksOf(5, good, 96), planOf(scoring({ points: 5 })));
    expect(next.verdict).toMatchObject({
      kind: 'inconclusive',
      because: expect.stringContaining(
        'errors, queue, cpu: the canary has 0 of the 5 points that a look needs',
      ) as string,
    });
    expect(judged(5, good, scoring({ points: 5 }), atNewStep(healed.state), 16).verdict.kind).toBe('pass');
  });

  test('does not speak of a metric that is muted, but reports it', () => {
    const muted = scoring({}, { queue: { muted: true } });
    const config = { ...muted.config, groupWeights: { errors: 60, cpu: 40 } };
    const { verdict } = judged(6, times({ queue: 2 }), { ...muted, config });
    expect(verdict.kind).toBe('pass');
    expect(verdict.because).toContain('every metric passes');
    expect(verdict.metrics[2]).toMatchObject({
      name: 'queue',
      kind: 'fail',
      because: expect.stringContaining('muted') as string,
    });
  });
});

describe('without a signal it is', () => {
  test('until an arm of each metric has five points', () => {
    expect(judged(4, times({ errors: 3 })).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'Kayenta: errors, queue, cpu: the canary has 4 of the 5 points that a look needs',
    });
  });

  test('while a metric cannot be read, and harm that the others show decides all the same', () => {
    const noCpu = (worse: Parameters<typeof times>[0]): typeof good => {
      return (name, at) => (name === 'cpu' ? [value(10), missing] : times(worse)(name, at));
    };
    expect(judged(6, noCpu({})).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'Kayenta: cpu: stable: answered 503',
    });
    expect(judged(6, noCpu({ errors: 3 })).verdict.kind).toBe('fail');
    expect(judged(6, noCpu({ queue: 2 })).verdict.kind).toBe('no-signal');
  });

  test('where the canary has no requests any more, whatever the points before say', () => {
    const { state } = judged(8, good);
    const silent: typeof good = (name, at) =>
      name === 'errors' ? [of(0, 0), of(100, 10_000)] : good(name, at);
    const { verdict } = judged(1, silent, scoring(), state, 8);
    expect(verdict).toMatchObject({
      kind: 'no-signal',
      because: 'Kayenta: errors: the canary has no value in its newest point',
    });
  });

  test('in an outage, which fails nobody and comes to an end', () => {
    const outage: typeof good = () => [missing, missing];
    for (const mode of ['strict', 'compat'] as const) {
      expect(judged(9, outage, scoring({ mode })).verdict.kind).toBe('no-signal');
      const { state } = judged(9, good, scoring({ mode }));
      const during = judged(3, outage, scoring({ mode }), state, 9);
      expect(during.verdict.kind).toBe('no-signal');
      expect(during.signalled).toEqual([]);
      expect(judged(1, good, scoring({ mode }), during.state, 12).verdict.kind).toBe('pass');
    }
  });
});

describe('compat judges as Kayenta does', () => {
  test('one point in each arm, and passes', () => {
    expect(judged(1, good, scoring({ mode: 'compat' })).verdict.kind).toBe('pass');
  });

  test('without a metric that has no data, unless it is critical', () => {
    const without = (gone: string): typeof good => {
      return (name, at) => (name === gone ? [missing, missing] : good(name, at));
    };
    expect(judged(6, without('cpu'), scoring({ mode: 'compat' })).verdict).toMatchObject({
      kind: 'pass',
      because: expect.stringContaining('cpu is without data') as string,
    });
    expect(judged(6, without('errors'), scoring({ mode: 'compat' })).verdict).toMatchObject({
      kind: 'fail',
      because: expect.stringContaining('errors is without data, which is critical') as string,
    });
  });
});

test('data that the strict judge refuses are inconclusive, with its sentence', () => {
  const negative: typeof good = (name, at) =>
    name === 'queue' ? [value(-5 - (at % 7) / 10), value(-10 - (at % 5) / 10)] : good(name, at);
  const { verdict } = judged(6, negative);
  expect(verdict.kind).toBe('inconclusive');
  expect(verdict.because).toContain("queue: the canary's mean is negative");
  expect(verdict.because).toContain('Use effectSize.measure cles.');
});

test('harm that another metric shows decides beside data that are refused', () => {
  const both: typeof good = (name, at) => {
    if (name === 'queue') return [value(-5 - (at % 7) / 10), value(-10 - (at % 5) / 10)];
    return times({ errors: 3 })(name, at);
  };
  const { verdict } = judged(6, both);
  expect(verdict.kind).toBe('fail');
  expect(verdict.because).toMatch(/score 0 .*: errors is High, which is critical/);
});

test('a few extreme points among zeros are no pass', () => {
  const spikes: typeof good = (name, at) =>
    name === 'queue' ? [value(at % 30 < 6 ? 9 : 0), value(0)] : good(name, at);
  const { verdict } = judged(30, spikes);
  expect(verdict.kind).toBe('inconclusive');
  expect(verdict.because).toContain(
    "queue: the canary's mean is 1.8 against 0, by points too few to show it",
  );
  expect(verdict.metrics.find(({ name }) => name === 'queue')).toMatchObject({ kind: 'inconclusive' });
});

describe('a point', () => {
  test('takes the ticks of its minute together: the events of all out of the exposures of all, the mean of numbers', () => {
    const readings: typeof good = (name, at) => {
      if (name === 'cpu' && at % 6 !== 0) return [missing, value(1)];
      if (name === 'errors') return [of(at, 100 + at), of(0, 0)];
      return [value(at), value(1 / 3)];
    };
    const { state } = judged(1, readings);
    expect(scoreOf(state)).toMatchObject({
      points: {
        errors: { canary: [Number((15 / 615).toPrecision(6))], stable: [null] },
        queue: { canary: [2.5], stable: [0.333333] },
        cpu: { canary: [0], stable: [0.888889] },
      },
      forming: null,
    });
  });

  test('ends where a tick begins after its minute, with what it has', () => {
    const early = ticksOf(3, good);
    const late = ticksOf(3, good, 60);
    const { state } = judge(scored, {}, [...early, ...late], planOf(scoring()));
    expect(scoreOf(state).points['cpu']?.canary).toHaveLength(1);
    expect(scoreOf(state).forming?.from).toBe(600_000);
  });

  test('is let go when the weight changes, under way or full: each weight is judged by its own', () => {
    const { state } = judge(scored, {}, ticksOf(39, good), planOf(scoring()));
    expect(scoreOf(state).forming).not.toBeNull();
    const next = scoreOf(atNewStep(state));
    expect(next.forming).toBeNull();
    expect(next.points['cpu']?.canary).toEqual([]);
  });

  test.each([NaN, Infinity, -1e200])('of %d has no value, and no look passes on it', (odd) => {
    const readings: typeof good = (name, at) => (name === 'cpu' ? [value(odd), value(1)] : good(name, at));
    expect(judged(6, readings).verdict.kind).toBe('no-signal');
  });
});

describe('what a look sees', () => {
  const lateHarm: typeof good = (name, at) => times(at < 40 * 6 ? {} : { queue: 3, cpu: 3 })(name, at);

  test('grows from the beginning, so that late harm is diluted', () => {
    expect(judged(50, lateHarm).verdict.kind).toBe('pass');
  });

  test('slides with a lookback, which forgets', () => {
    expect(judged(50, lateHarm, scoring({ points: 10 })).verdict.kind).toBe('fail');
  });

  test('is never more than two hundred points of a metric, however long it is held', () => {
    const { state } = judged(230, good);
    for (const name of names) expect(scoreOf(state).points[name]?.stable).toHaveLength(200);
    expect(JSON.stringify(state).length / names.length).toBeLessThan(4500);
  });
});

test('it is looked at as seldom as the interval says, and made up for where there was no signal', () => {
  const seldom = scoring({ interval: 10 });
  const bad = times({ errors: 3 });
  expect(judged(9, bad, seldom).verdict).toMatchObject({
    kind: 'inconclusive',
    because: 'Kayenta: not looked at yet at this weight: it is every 10m',
  });
  expect(judged(10, bad, seldom).verdict.kind).toBe('fail');
  const gone: typeof good = (name, at) => (at >= 54 && at < 60 ? [missing, missing] : good(name, at));
  const { state, verdict } = judged(10, gone, seldom);
  expect(verdict.kind).toBe('no-signal');
  expect(judged(1, good, seldom, state, 10).verdict.kind).toBe('pass');
});

test('a metric that the configuration does not name is judged beside the score', () => {
  const health = {
    name: 'health',
    kind: 'status',
    gating: true,
    ok: ['ok'],
    failures: { total: 1 },
  } as const;
  const criteria = [...scored, { ...health, ok: ['ok'] }];
  const ticks = ticksOf(36, good).map((tick, at) => ({
    ...tick,
    metrics: { ...tick.metrics, health: { canary: { status: at === 35 ? 'down' : 'ok' } } },
  }));
  expect(judge(criteria, {}, ticks.slice(0, 35), planOf(scoring())).verdict.kind).toBe('pass');
  const { verdict } = judge(criteria, {}, ticks, planOf(scoring()));
  expect(verdict.kind).toBe('fail');
  expect(verdict.because).toContain('health: "down"');
});

test('at weight 100 nothing is scored: the metrics are reported, and no points are gathered', () => {
  const { state } = judged(6, good);
  const measured = scored.map((criterion) => ({ ...criterion, source: { type: 'http' } }));
  const criteria = bakeCriteria(measured, { weight: 100, audience: null });
  const after = judge(criteria, atNewStep(state), ticksOf(6, good, 36), planOf(scoring()));
  expect(after.verdict.metrics.map(({ name, gating, kind }) => [name, gating, kind])).toEqual(
    names.map((name) => [name, false, 'inconclusive']),
  );
  expect(scoreOf(after.state).points).toEqual(scoreOf(atNewStep(state)).points);
});
