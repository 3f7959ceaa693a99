import pc from 'picocolors';
import { expect, test } from 'vitest';
import { surveyLines } from '../../../src/cli/view/survey.ts';
import type { Survey } from '../../../src/client.ts';

const reading = { events: 5, total: 1_000 };

function said(kind: string, noise: object | null, limit: object = {}): string {
  const survey = {
    plan: { service: 'shop', version: 'v2', metrics: [{ name: 'errors', kind, ...limit }] },
    metrics: [
      {
        name: 'errors',
        over: 600_000,
        canary: reading,
        stable: reading,
        calibration: { noise, said: 'its source has no past' },
      },
    ],
  } as unknown as Survey;
  return surveyLines(survey, { width: 400, colors: pc.createColors(false), now: 0 }).join('\n');
}

test('a metric whose past says nothing is told what that means for the rollout', () => {
  expect(said('rate', null)).toContain(
    'errors: its source has no past; while its noise is not known, harm is found late or not at all where errors come in bursts (set noise)',
  );
  expect(said('gauge', null)).toContain(
    'errors: its source has no past; while its noise is not known, it stays inconclusive (set noise.sd)',
  );
  expect(said('rate', null, { max: 0.02 })).toContain(
    'events that come in batches count as more evidence than they are, until its ticks show it (set noise)',
  );
  expect(said('rate', { counts: { dispersion: 1 } })).not.toContain('not known');
});
