import { z } from 'zod';
import type { TargetPlan } from '../../src/spec/schema.ts';
import { targetLimits } from '../answer-limits.ts';
import { refused } from '../failures.ts';
import { contractCalls, contractUses } from '../http-contract.ts';
import { createHttp } from '../http.ts';
import type { Adapter, Deployer, Grants } from '../ports.ts';

const count = z.int().min(0).max(1_000_000);

const trackState = z.object({
  alive: z.boolean(),
  versions: z.array(z.string().max(targetLimits.versionCharacters)).max(targetLimits.versions),
  copies: z.object({ wanted: count, ready: count }).optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(targetLimits.urlCharacters)
    .optional(),
  addresses: z
    .array(z.url({ protocol: /^https?$/ }).max(targetLimits.urlCharacters))
    .max(targetLimits.addresses)
    .optional(),
  failed: z.string().max(targetLimits.failedCharacters).optional(),
  fence: z.boolean().default(false),
});

const calls = ['deploy', 'check', 'promote', 'remove'] as const;

type HttpTarget = Extract<TargetPlan, { type: 'http' }>;

/** A target that answers the calls of docs/http-contract.md, or some of them. */
export const httpDeployer: Adapter<HttpTarget, Deployer> = {
  uses: (plan) => contractUses(plan, calls),
  connect,
};

function connect(plan: HttpTarget, grants: Grants): Deployer {
  const { has, effect, question } = contractCalls<(typeof calls)[number]>('target', plan, createHttp(grants));
  const times = { ready: plan.ready, settle: 60_000, drain: plan.drain, late: 40_000 };
  const can = { check: has('check'), promote: has('promote'), remove: has('remove') };
  return {
    can,
    times,
    deploy(release, { share, baseline }, order) {
      // A target that knows of no baseline meets no member that it does not know.
      const members = { scope: 'canary', share, ...(baseline && { baseline }) };
      return effect('deploy', release, members, order);
    },
    check: (release, track, call) => question('check', release, { track }, trackState, call),
    promote: (release, order) => effect(can.promote ? 'promote' : 'deploy', release, { scope: 'all' }, order),
    async remove(release, order) {
      if (can.remove) return effect('remove', release, { scope: 'canary' }, order);
      const { service, version, stable } = release;
      if (stable !== null)
        return effect('deploy', { service, version: stable, stable }, { scope: 'all' }, order);
      throw refused(
        `remove: the target has no such call, and what ran before ${version} is not known, so a person has to put it back: ` +
          `deploy the earlier version of ${service}; next time give \`stable\` in the spec, or a URL for \`target.remove\``,
      );
    },
  };
}
