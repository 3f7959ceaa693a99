import type { KayentaConfig, KayentaMetric, ScoreThresholds } from './config.ts';
import type { Refusal, Trap } from './errors.ts';
import type { Pair } from './pairs.ts';

/** What the strict judge refuses of a configuration, whatever the data are. */
export function refusedConfig(
  { metrics, groupWeights }: KayentaConfig,
  thresholds: ScoreThresholds,
): Refusal[] {
  return [
    ...refusedThresholds(thresholds),
    ...metrics.flatMap(refusedSettings),
    ...metrics.filter(({ groups, settings }) => groups.length === 0 && !settings.muted).map(withoutGroup),
    ...(metrics.every(({ settings }) => settings.muted) ? [allMuted] : refusedWeights(metrics, groupWeights)),
  ];
}

function refusedThresholds({ pass, marginal }: ScoreThresholds): Refusal[] {
  if (marginal >= 0 && marginal <= pass && pass <= 100) return [];
  return [
    refusal(
      'thresholds',
      `score thresholds: found pass ${pass} and marginal ${marginal}, expected 0 ≤ marginal ≤ pass ≤ 100`,
    ),
  ];
}

function refusedSettings({ name, settings }: KayentaMetric): Refusal[] {
  const numbers = Object.entries(settings).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return numbers
    .filter(([key, value]) => !Number.isFinite(value) || (key === 'outlierFactor' && value <= 0))
    .map(([key, value]) => {
      const expected = key === 'outlierFactor' ? 'a number above 0' : 'a finite number';
      return refusal('not-finite', `metric ${name}: ${key} is ${value}, expected ${expected}`);
    });
}

function withoutGroup({ name }: KayentaMetric): Refusal {
  return refusal(
    'without-group',
    `metric ${name}: it is in no group, so that it counts for nothing, and alone makes the score 0. Name a group, or mute it.`,
  );
}

const allMuted = refusal(
  'all-muted',
  'metrics: all are muted, so that nothing is judged and the score is 0. Leave at least one that is not.',
);

function refusedWeights(
  metrics: readonly KayentaMetric[],
  groupWeights: Readonly<Record<string, number>>,
): Refusal[] {
  const weights = Object.entries(groupWeights);
  const wrong = weights.filter(([, weight]) => !(weight >= 0 && weight <= 100));
  if (wrong.length > 0) {
    return wrong.map(([group, weight]) =>
      refusal('weights', `classifier.groupWeights: ${group} weighs ${weight}, expected 0 to 100`),
    );
  }
  const scored = new Set(metrics.filter(({ settings }) => !settings.muted).flatMap(({ groups }) => groups));
  const lost = weights.filter(([group, weight]) => weight > 0 && !scored.has(group));
  const unweighted = [...scored].filter((group) => !Object.hasOwn(groupWeights, group));
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return [
    ...lost.map(([group, weight]) =>
      refusal(
        'weights',
        `classifier.groupWeights: no metric that counts is in ${group}, so that its ${weight}% are lost and the score cannot reach 100. Take the weight out.`,
      ),
    ),
    ...(scored.size > 0 ? refusedSum(sum, unweighted) : []),
  ];
}

function refusedSum(sum: number, unweighted: readonly string[]): Refusal[] {
  const isWhole = Math.abs(sum - 100) < 1e-9;
  if (isWhole ? unweighted.length === 0 : sum < 100 && unweighted.length > 0) return [];
  const others = unweighted.join(', ');
  const consequence =
    unweighted.length > 0
      ? `which leaves nothing, or less, for ${others}. Weigh the others below 100.`
      : `so that a canary without fault scores ${sum}. Make it 100.`;
  return [refusal('weights', `classifier.groupWeights: the weights add up to ${sum}, ${consequence}`)];
}

/** A metric of the configuration that the data do not speak of: it would be left out without a word. */
export function refusedPairs({ metrics }: KayentaConfig, pairs: readonly Pair[]): Refusal[] {
  const paired = new Set(pairs.map(({ name }) => name));
  return metrics
    .filter(({ name }) => !paired.has(name))
    .map(({ name }) => refusal('pairing', `metric ${name}: neither arm has a series of it`));
}

function refusal(trap: Trap, sentence: string): Refusal {
  return { trap, sentence };
}
