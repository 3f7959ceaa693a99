import { expect } from 'vitest';
import { oldLinks, startTraffic, type Traffic } from '../../examples/platform/traffic.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { canary, expectAll, stable, test, type Lab } from './lab.ts';

const bad = '14.1.1-htm';

/** Users who follow old links: stable has errors too, and a limit would have to allow for them. */
function moreUsers({ platform }: Lab): Traffic {
  return startTraffic(platform.front, 125, oldLinks);
}

function comparing({ platform }: Lab, weight: number): Partial<RolloutSpec> {
  return {
    judge: 'fast',
    metrics: [
      {
        name: 'errors',
        kind: 'rate',
        source: {
          type: 'http',
          url: `${platform.control}/stats?track=$track`,
          events: '$.errors',
          total: '$.requests',
        },
        passBelow: 2,
      },
    ],
    steps: [{ weight, bake: { min: '3s', max: '10m' } }],
  };
}

const figures = /[\d,]+ of [\d,]+ requests against [\d,]+ of [\d,]+/.source;

test('a version that is worse than stable is taken back, and says how much worse and how sure that is', async ({
  lab,
}) => {
  const users = moreUsers(lab);
  try {
    await lab.start({ version: bad, ...comparing(lab, 20) });
    const result = await lab.handle.result();
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true, stable });
    expect(result.cause).toMatch(
      new RegExp(`^errors: [\\d.]+ × stable's \\(at least [\\d.]+ × with 99% confidence\\): ${figures}$`),
    );
    const [evidence] = result.steps.at(-1)?.evidence ?? [];
    expect(evidence).toMatchObject({ name: 'errors', kind: 'fail', evidence: { needed: { harm: 100 } } });
    expect(evidence?.evidence?.atLeast).toBeGreaterThanOrEqual(1);
    const details = await lab.handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(details.currentDetails).toMatch(
      /errors: \*\*fail\*\*.*Evidence of harm (over )?[\d,.]+ of the 100 needed/,
    );
    await expectAll(stable, lab);
  } finally {
    await users.stop();
  }
});

test('a version as good as stable passes long before the end of its bake', async ({ lab }) => {
  const users = moreUsers(lab);
  try {
    await lab.start(comparing(lab, 50));
    const result = await lab.handle.result();
    expect(result).toMatchObject({ outcome: 'promoted', verified: true, stable });
    expect(result.steps).toMatchObject([{ label: '50%', ended: 'advanced' }]);
    expect(result.steps[0]?.because).toMatch(
      new RegExp(`^errors: [\\d.]+ × stable's, shown to be below 2 × with 95% confidence: ${figures}$`),
    );
    await expectAll(canary, lab);
  } finally {
    await users.stop();
  }
});

test('a fresh baseline runs beside the canary, gets as much traffic, and goes with it', async ({ lab }) => {
  const users = moreUsers(lab);
  try {
    await lab.start({ version: bad, baseline: 'fresh', ...comparing(lab, 20) });
    await lab.until(({ weight, baseline }) => weight === 20 && baseline === 20);
    users.reset();
    const copies = await lab.platform.copies();
    const beside = copies.filter(({ track }) => track !== 'stable');
    expect(beside.map(({ track, version }) => `${track} ${version}`).sort()).toEqual([
      `baseline ${stable}`,
      `canary ${bad}`,
    ]);
    expect(await lab.handle.result()).toMatchObject({ outcome: 'rolled-back', verified: true });
    const { canary: tried, baseline } = users.seen().byTrack;
    const [one, other] = [tried?.requests ?? 0, baseline?.requests ?? 0];
    expect(one).toBeGreaterThan(30);
    expect(Math.abs(one - other)).toBeLessThan(5 * Math.sqrt(one + other));
    await expectAll(stable, lab);
  } finally {
    await users.stop();
  }
});
