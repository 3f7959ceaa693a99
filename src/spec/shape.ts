import { z } from 'zod';
import { stableIsDead } from '../domain/dead-stable.ts';
import { judge } from './judges.ts';
import { load } from './load.ts';
import { metric } from './metric.ts';
import { prometheusServer } from './prometheus/source.ts';
import { trackLabels } from './prometheus/tracks.ts';
import { step } from './step.ts';
import { target, traffic } from './target.ts';
import { duration, headers, line, secret, url } from './values.ts';

const webhook = z.strictObject({
  type: z.literal('webhook').describe('A POST for each notice'),
  url: z
    .union([url, secret], 'an absolute http:// or https:// URL, or { secret: NAME }')
    .describe('A URL, or { secret: NAME } where it lets its reader in, as those of chat services do'),
  headers: headers.default({}),
});

const onNoSignal = z
  .strictObject({
    hold: duration
      .prefault('30m')
      .describe('How long a rollout may go without a signal, in all, before `then`'),
    then: z.enum(['pause', 'roll-back']).default('pause'),
  })
  .describe('What happens when the metrics cannot be measured, or too little of them');

const serviceName =
  'a name or a path such as staging/checkout, of at most 200 letters, digits, dots and dashes';

/** It is compared with what the target reports, and sent as it is written. */
const versionName = line(200).refine(
  (version) => version === version.normalize('NFC'),
  'a version whose letters are composed (Unicode NFC), so that it equals the same version elsewhere',
);

/** A rollout section by section, before the rules that look at several of them and before it is completed. */
export const shape = z.strictObject({
  service: z
    .string()
    .regex(/^(?=.{1,200}$)[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/, serviceName)
    .describe('What is released: a name, or a path such as staging/checkout. One rollout runs per service'),
  version: versionName.describe('The new version'),
  stable: versionName
    .optional()
    .describe('The version that a take-back restores where the target cannot tell'),
  first: z.boolean().default(false).describe('Nothing serves yet: deploy and verify without a comparison'),
  despite: z
    .literal(stableIsDead)
    .optional()
    .describe(
      'Stable is dead and this release is the repair: nothing is compared with stable, only absolute limits judge, and a ' +
        'take-back gives the traffic back to a dead version. Refused where stable is alive',
    ),
  target,
  traffic: traffic.optional(),
  splitBy: z
    .enum(['request', 'user'])
    .default('request')
    .describe(
      'What the splitter assigns to a version: each request by itself, or each user, who stays on one version (by a ' +
        'cookie, a header or an address). With user, set countBy or noise on each metric that is compared with stable',
    ),
  load: load.optional(),
  every: duration
    .refine((ms) => ms >= 1000, 'a duration of at least 1s')
    .prefault('10s')
    .describe('How often the metrics are looked at: a tick; at least 1s'),
  prometheus: prometheusServer.optional(),
  tracks: trackLabels.optional(),
  metrics: z
    .array(metric)
    .max(50)
    .default([])
    .describe('What is watched. Those whose source is load judge the test, all others the bakes'),
  baseline: z
    .enum(['stable', 'fresh'])
    .default('stable')
    .describe(
      'What the canary is compared with: stable as it runs, or a fresh copy of it, started and resized with the canary, ' +
        'with the same share of traffic, and removed with it',
    ),
  judge: judge.default('default'),
  steps: z.array(step).min(1).max(100).describe('The stages: bakes at rising weights, and gates'),
  onNoSignal: onNoSignal.prefault({}),
  promote: z
    .enum(['replace', 'swap'])
    .default('replace')
    .describe(
      'replace: the target makes every stable copy new, one by one. swap (blue-green): all traffic goes at once to a canary ' +
        "of stable's size, and stable is kept running, untouched, for `keepStable` before it is replaced",
    ),
  keepStable: duration
    .optional()
    .describe(
      'With promote: swap, how long stable is kept running, without traffic, while the canary is judged with all of the ' +
        'traffic; an abort returns all traffic to it at once. By default 30m',
    ),
  notify: z
    .array(z.discriminatedUnion('type', [webhook]))
    .max(10)
    .default([])
    .describe('Who is told when a gate opens, a signal is lost, a person is needed, and at the end'),
});

/** A rollout whose sections are sound each: durations in ms, shares as fractions of one. */
export type Shape = z.output<typeof shape>;
