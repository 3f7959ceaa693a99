import { metricMeter } from '@temporalio/activity';

/** For Prometheus: gives what records how long after its end a tick is looked at (ms). */
export function latenessRecorder(): (lateness: number) => void {
  const histogram = metricMeter.createHistogram(
    'coalmine_tick_lateness_seconds',
    'float',
    undefined,
    'From the end of a tick until it was looked at',
  );
  // Where a clock was set back a look may come before its time.
  return (lateness) => {
    histogram.record(Math.max(0, lateness) / 1000);
  };
}
