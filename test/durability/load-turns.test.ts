import { expect, test } from 'vitest';
import { openContractLab } from './contract-lab.ts';

test('loads that do not fit wait their turn one after another, are sent in full all the same, and say how long they waited', async () => {
  const { rollouts, start } = await openContractLab({ env: { COALMINE_LOAD_RATE: '60' } });
  const services = ['ales', 'breads', 'cakes'];
  for (const service of services) await start(service, [{ weight: 20, bake: '1s' }], 50);
  const tests = await Promise.all(
    services.map(async (service) => {
      const { outcome, verdicts } = await rollouts.result(service);
      expect(outcome).toBe('promoted');
      return verdicts[0] ?? '';
    }),
  );
  // Which of them comes first is the server's choice.
  const waited = tests
    .map((text) => {
      expect(text).toMatch(/^test: load-errors: 0 of (19\d|20\d) requests/);
      return Number(/it waited (\d+) s/.exec(text)?.[1] ?? 0);
    })
    .sort((a, b) => a - b);
  expect(waited[0]).toBe(0);
  expect(waited[1]).toBeGreaterThanOrEqual(3);
  expect(waited[2]).toBeGreaterThanOrEqual(7);
});
