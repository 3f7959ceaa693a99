import pc from 'picocolors';
import { expect, test } from 'vitest';
import { surveyLines } from '../../../src/cli/view/survey.ts';
import type { Survey } from '../../../src/client.ts';

const reading = { events: 5, total: 1_000 };

function said(kind: string, history: object | null): string {
  const survey = {
    plan: { service: 'shop', version: 'v2', metrics: [{ name: 'errors', kind }] },
    metrics: [
      {
        name: 'errors',
        over: 600_000,
        canary: reading,
        stable: reading,
        calibration: { history, said: 'its source has no past' },
      },
    ],
  } as unknown as Survey;
  return surveyLines(survey, { width: 400, colors: pc.createColors(false), now: 0 }).join('\n');
}

test('a metric whose past says nothing is told what that means for the rollout', () => {
  expect(said('rate', null)).toContain(
    'errors: its source has no past; without a history, harm is found late or not at all where errors come in bursts (set history)',
  );
  expect(said('gauge', null)).toContain(
    'errors: its source has no past; without a history, it stays inconclusive (set history.sd)',
  );
  expect(said('rate', { noise: { dispersion: 1 } })).not.toContain('without a history');
});
