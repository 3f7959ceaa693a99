import { differsByTrack, type Selector } from '../prometheus/selector.ts';
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

  rule(['tracks', 'metrics', 'baseline'], ({ tracks, metrics, baseline }, report) => {
    if (tracks !== undefined && metrics.every(({ source }) => source.type !== 'prometheus'))
      report(['tracks'], 'a metric whose source is prometheus: no other selects by labels');
    const given = [
      { path: ['tracks'], tracks },
      ...metrics.map(({ source }, at) => ({
        path: ['metrics', at, 'source', 'tracks'],
        tracks: source.type === 'prometheus' ? source.tracks : undefined,
      })),
    ];
    for (const { path, tracks } of given) {
      if (tracks === undefined) continue;
      if (sameLabels(tracks.canary, tracks.stable) && tracks.canary.length > 0)
        report([...path, 'stable'], 'other labels than those of the canary');
      if (baseline === 'fresh' && tracks.baseline === undefined)
        report(path, 'baseline, with the labels of a fresh baseline', 'labels of canary and stable only');
    }
  }),
];

function sameLabels(one: Selector['matchers'], other: Selector['matchers']): boolean {
  const isPlaced = one.some(({ value }) => differsByTrack(value));
  return !isPlaced && JSON.stringify(one) === JSON.stringify(other);
}
