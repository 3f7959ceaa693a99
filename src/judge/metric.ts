import { unmeasured, type Reading, type Tick } from './samples.ts';
import type { MetricVerdict } from './verdict.ts';
import type { Criterion } from './criteria.ts';
import type { ThresholdEvidence } from './evidence.ts';
import { add, gather, minSample, noEvidence, shortOf, type Gathered } from './evidence.ts';
import { lookAtNumbers, lookAtStatus, type Look } from './look.ts';
import { count, number } from '../text/number.ts';
import { clipped, mostOfAReason } from './sentences.ts';

/** One metric's evidence after one more tick. */
export function afterTick(
  criterion: Criterion,
  evidence: ThresholdEvidence,
  readings: Tick['metrics'][string] | undefined,
): ThresholdEvidence {
  if (criterion.kind === 'status') return afterStatus(criterion, evidence, readings?.canary);
  const gathered = gather(criterion, readings);
  if ('missing' in gathered) return afterGap(evidence, gathered.missing);
  const pools = {
    canary: add(evidence.canary, gathered.canary),
    stable: add(evidence.stable, gathered.stable),
  };
  const short = shortOf(criterion, pools);
  if (short === null) return afterLook(criterion, evidence, lookAtNumbers(criterion, pools));
  return { ...evidence, ...pools, gap: quiet(gathered, short.track) };
}

function afterStatus(
  criterion: Criterion,
  evidence: ThresholdEvidence,
  reading: Reading | undefined,
): ThresholdEvidence {
  if (reading === undefined) return afterGap(evidence, unmeasured.missing);
  if ('missing' in reading) return afterGap(evidence, reading.missing);
  if ('status' in reading) return afterLook(criterion, evidence, lookAtStatus(criterion, reading.status));
  return afterGap(evidence, `a reading of another kind than status came: ${JSON.stringify(reading)}`);
}

/** The state stays small however long a source's reason is. */
export function afterGap(evidence: ThresholdEvidence, why: string): ThresholdEvidence {
  return { ...evidence, gap: clipped(why, mostOfAReason) };
}

/** A track without any exposure in the newest tick, and with too few before it, gives no signal. */
function quiet(gathered: Gathered, short: 'canary' | 'stable'): string | null {
  if (gathered[short].n > 0) return null;
  return `${short === 'canary' ? 'the canary' : short} had no requests in the newest tick`;
}

function afterLook(criterion: Criterion, evidence: ThresholdEvidence, look: Look): ThresholdEvidence {
  const failed = look.kind === 'fail';
  const next = {
    ...noEvidence,
    looks: evidence.looks + 1,
    failed: evidence.failed + (failed ? 1 : 0),
    failedInARow: failed ? evidence.failedInARow + 1 : look.kind === 'pass' ? 0 : evidence.failedInARow,
  };
  if (evidence.last?.kind === 'fail') return { ...next, last: evidence.last };
  return { ...next, last: failed ? afterFailure(criterion, next, look) : look };
}

function afterFailure(
  { kind, failures }: Criterion,
  { failed, failedInARow }: ThresholdEvidence,
  look: Look,
): Look {
  if (failures === undefined) return { ...look, kind: kind === 'status' ? 'inconclusive' : 'fail' };
  const { consecutive = Infinity, total = Infinity } = failures;
  const tallies = [
    ...(failures.consecutive === undefined ? [] : [`${tally(failedInARow, consecutive)} in a row`]),
    ...(failures.total === undefined ? [] : [`${tally(failed, total)} in all`]),
  ];
  return {
    ...look,
    kind: failedInARow >= consecutive || failed >= total ? 'fail' : 'inconclusive',
    because: `${look.because} (${tallies.join(', ')})`,
  };
}

function tally(failed: number, limit: number): string {
  return `${number(failed)} of ${count(limit, 'failed look')}`;
}

/** What one metric's evidence says as it stands. */
export function metricVerdict(criterion: Criterion, evidence: ThresholdEvidence): MetricVerdict {
  const { name, gating, uncompared } = criterion;
  const { because, ...look } = lookAsItStands(criterion, evidence);
  const leftOut = uncompared === true ? '; not compared with stable, which was dead' : '';
  return { name, gating, ...look, because: `${because}${leftOut}` };
}

function lookAsItStands(
  criterion: Criterion,
  evidence: ThresholdEvidence,
): Pick<MetricVerdict, 'kind' | 'because' | 'evidence'> {
  const { last, gap } = evidence;
  if (last?.kind === 'fail') return last;
  if (gap !== null) return { kind: 'no-signal', because: gap };
  return last ?? { kind: 'no-signal', because: gathering(criterion, evidence) };
}

function gathering(criterion: Criterion, evidence: ThresholdEvidence): string {
  const short = shortOf(criterion, evidence);
  if (criterion.kind === 'status' || short === null) return 'not looked at yet';
  const thing = criterion.kind === 'value' ? 'tick' : 'request';
  const so = `${number(short.n)} of the ${count(minSample(criterion), thing)} that make a look`;
  return short.track === 'stable' ? `stable has ${so}` : so;
}
