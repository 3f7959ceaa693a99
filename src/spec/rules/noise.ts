import { leastFailAbove, straysFar } from '../../judge/compared/straying.ts';
import { duration } from '../../text/duration.ts';
import { number } from '../../text/number.ts';
import { completeJudge } from '../judges.ts';
import { comparisonOf } from '../comparison.ts';
import { rule } from './rule.ts';

export const noiseRules = [
  rule(['metrics', 'judge', 'splitBy'], ({ metrics, judge, splitBy }, report) => {
    for (const [at, metric] of metrics.entries()) {
      const { failAbove, noise } = comparisonOf(metric, { judge: completeJudge(judge), splitBy }) ?? {};
      if (failAbove === undefined || failAbove >= leastFailAbove) continue;
      if (noise?.counts === undefined || !straysFar(noise.counts)) continue;
      const { sd, minutes } = noise.counts.wander;
      report(
        ['metrics', at, 'noise', 'wander'],
        `failAbove of at least ${number(leastFailAbove)}, as in judge: default: copies that stray so far look worse than ` +
          'stable although nothing is wrong with them',
        `sd ${number(sd)} for ${duration(minutes * 60_000)} with failAbove ${number(failAbove)}`,
      );
    }
  }),
];
