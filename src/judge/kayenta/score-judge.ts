import type { Reading, Tick } from '../samples.ts';
import type { MetricVerdict, VerdictKind } from '../verdict.ts';
import type { Criterion } from '../criteria.ts';
import { overlap, placeOf } from '../metric-judge.ts';
import { own } from '../own.ts';
import { clipped, mostOfAReason } from '../sentences.ts';
import { isOver, take, withPoint, withTick, type Taken } from './points.ts';
import { beforeLook, lookAt } from './score-look.ts';
import { noScore, scoreName, type ScoreEvidence, type ScoreLook, type Scoring } from './scoring.ts';
import { isEarly } from './wanting.ts';

/** The metrics that a configuration of Kayenta's names, judged together. */
export interface ScoreJudge {
  /** Takes a tick in. False: it was counted before, and changes nothing. */
  add(tick: Tick): boolean;
  kind(): VerdictKind;
  /** The score's, which decides, and of each metric that it is made of. */
  verdicts(): MetricVerdict[];
  evidence(): ScoreEvidence;
}

/**
 * Judges by the score of Kayenta's judge, at each point or as seldom as the scoring says.
 *
 * @param scored the metrics of the configuration, as they are measured
 */
export function scoreJudge(
  scoring: Scoring,
  scored: readonly Criterion[],
  before: ScoreEvidence = noScore(scored.map(({ name }) => name)),
): ScoreJudge {
  let evidence = before;

  const close = (): void => {
    if (evidence.forming === null) return;
    const points = withPoint(evidence.points, evidence.forming, scoring.points);
    evidence = afterPoint({ ...evidence, points, forming: null, fresh: evidence.fresh + 1 }, scoring);
  };
  const present = (): Omit<ScoreLook, 'metrics'> => {
    const { last, gap, points, goesOn } = evidence;
    if (last?.kind === 'fail') return last;
    if (gap !== null) return { kind: 'no-signal', because: gap };
    const said = last ?? beforeLook(scoring, points);
    return said.kind === 'no-signal' && goesOn && isEarly(points) ? { ...said, kind: 'inconclusive' } : said;
  };

  return {
    add({ window, metrics }) {
      const place = placeOf(window, evidence.until);
      if (place === 'repeated') return false;
      const taken = Object.fromEntries(
        scored.map((one) => [one.name, take(one, place === 'new' ? own(metrics, one.name) : overlapping)]),
      );
      if (evidence.forming !== null && isOver(evidence.forming, scoring.step, window.from)) close();
      const forming = withTick(evidence.forming, window, taken);
      evidence = { ...evidence, until: window.to, forming, gap: gapOf(scoring, taken) };
      if (isOver(forming, scoring.step, window.to)) close();
      return true;
    },
    kind: () => present().kind,
    verdicts() {
      const { kind, because } = present();
      return [{ name: scoreName, gating: true, kind, because }, ...(evidence.last?.metrics ?? [])];
    },
    evidence: () => evidence,
  };
}

const lost: Reading = { missing: overlap };
const overlapping = { canary: lost, stable: lost };

/** A look that could not be made is made up for at the next point. */
function afterPoint(evidence: ScoreEvidence, scoring: Scoring): ScoreEvidence {
  if (evidence.last?.kind === 'fail' || evidence.fresh < scoring.interval) return evidence;
  const last = lookAt(scoring, evidence.points);
  return { ...evidence, last, fresh: last.kind === 'no-signal' ? evidence.fresh : 0 };
}

/** Why the newest tick gave no signal: in `strict` one metric that counts is enough, in `compat` all must be missing. */
function gapOf({ config, mode }: Scoring, taken: Readonly<Record<string, Taken>>): string | null {
  const missing = config.metrics.map(({ name, settings }) => {
    const why = own(taken, name)?.missing ?? null;
    return why === null || settings.muted ? null : `${name}: ${why}`;
  });
  const counted = config.metrics.filter(({ settings }) => !settings.muted).length;
  const known = missing.filter((why) => why !== null);
  const [first] = known;
  if (first === undefined || (mode === 'compat' && known.length < counted)) return null;
  return clipped(first, mostOfAReason);
}
