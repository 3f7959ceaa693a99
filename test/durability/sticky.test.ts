import { describe, expect } from 'vitest';
import { oldLinks, startVisitors } from '../../examples/platform/traffic.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import { canary, expectAll, stable, test as base, type Lab } from './lab.ts';

const test = base.extend({ splitBy: 'user' });

/** Releases a version to users whom a cookie keeps on theirs. */
async function released(lab: Lab, version: string): Promise<RolloutResult> {
  const { platform } = lab;
  const users = startVisitors(platform.front, 75, oldLinks);
  try {
    await lab.start({
      version,
      splitBy: 'user',
      judge: 'fast',
      metrics: [
        {
          name: 'errors',
          kind: 'rate',
          countBy: 'user',
          source: {
            type: 'http',
            url: `${platform.control}/stats?track=$track`,
            events: '$.user_errors',
            total: '$.users',
          },
          passBelow: 3,
        },
      ],
      steps: [{ weight: 50, bake: { min: '3s', max: '10m' } }],
    });
    return await lab.handle.result();
  } finally {
    await users.stop();
  }
}

describe('users who stay on their version', () => {
  test('are enough to show that a good version is good', async ({ lab }) => {
    const result = await released(lab, canary);
    expect(result).toMatchObject({ outcome: 'promoted', verified: true });
    expect(result.steps[0]?.because).toMatch(
      /^errors: [\d.]+ × stable's, shown to be below 3 × with 95% confidence: [\d,]+ of [\d,]+ users against [\d,]+ of [\d,]+$/,
    );
    await expectAll(canary, lab);
  });

  test('soon show that a bad version is bad', async ({ lab }) => {
    const result = await released(lab, '14.1.1-htm');
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true, stable });
    expect(result.cause).toMatch(
      /^errors: (more than|[\d.]+ ×) stable's \(at least [\d.]+ × with 99% confidence\): [\d,]+ of [\d,]+ users against (none|[\d,]+) of [\d,]+$/,
    );
    await expectAll(stable, lab);
  });
});
