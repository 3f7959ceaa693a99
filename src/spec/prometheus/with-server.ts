import type { Shape } from '../shape.ts';
import { connected, type PrometheusServer } from './source.ts';

/** A metric whose source, if it is a prometheus, knows its server. */
export type Connected<Metric> = Metric extends { source: infer Source }
  ? Omit<Metric, 'source'> & { source: ConnectedSource<Source> }
  : never;

type ConnectedSource<Source> = Source extends { type: 'prometheus' }
  ? Omit<Source, keyof PrometheusServer> & PrometheusServer
  : Source;

/** Gives a metric whose source names no server that of the whole spec; and no labels of tracks, likewise. */
export function withServer<Metric extends Shape['metrics'][number]>(
  metric: Metric,
  shared: Shape['prometheus'],
  tracks: Shape['tracks'],
): Connected<Metric> {
  const { source } = metric;
  const reachable =
    source.type === 'prometheus'
      ? connected(tracks === undefined ? source : { tracks, ...source }, shared)
      : source;
  return { ...metric, source: reachable } as unknown as Connected<Metric>;
}
