/** A sound canary rollout beside the fuzzed ones: what it does is measured from outside. */
import { performance } from 'node:perf_hooks';
import { vi, expect } from 'vitest';
import type { ContractLab } from '../durability/contract-lab.ts';
import type { ContractTarget } from '../support/contract-target.ts';

export interface Sentinel {
  target: ContractTarget;
  /** The longest time between two looks since the last call, this one included (ms). */
  longestGap: () => number;
  /** Aborts it; how long its traffic took to come back (ms). Throws if it does not within 10 s. */
  abort: () => Promise<number>;
  close: () => Promise<void>;
}

/** It has 20 per cent and bakes for an hour, with a look each second. */
export async function startSentinel({ start, rollouts }: ContractLab, service: string): Promise<Sentinel> {
  const target = await start(service, [{ weight: 20, bake: '1h' }]);
  let last = performance.now();
  let gap = 0;
  let looks = 0;
  const look = (): void => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
    looks += 1;
  };
  target.befall(({ call }) => {
    if (call === 'read') look();
    return null;
  });
  await vi.waitFor(() => expect(target.split().weight).toBe(20), 30_000);
  const before = looks;
  // The read-back of the split is one of them.
  await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 2), 30_000);
  return {
    target,
    longestGap: () => {
      look();
      const longest = gap;
      gap = 0;
      return longest;
    },
    abort: async () => {
      const began = performance.now();
      const said = rollouts.abort(service);
      await vi.waitFor(() => expect(target.split().weight).toBe(0), { timeout: 10_000, interval: 20 });
      const took = performance.now() - began;
      await said;
      return took;
    },
    close: () => target.close(),
  };
}
