import { reachKeys } from '../prometheus/source.ts';
import { rule } from './rule.ts';

export const prometheusRules = [
  rule(['prometheus', 'metrics'], ({ prometheus, metrics }, report) => {
    for (const [at, { source }] of metrics.entries()) {
      if (source.type !== 'prometheus' || source.url !== undefined) continue;
      const path = ['metrics', at, 'source'];
      if (prometheus === undefined) {
        report(path, 'url, here or in prometheus: { url: … } for all metrics', 'no url');
        continue;
      }
      for (const key of reachKeys) {
        if (source[key] === undefined) continue;
        report([...path, key], `${key} where the url is: in the prometheus of the whole spec, or a url here`);
      }
    }
  }),
];
