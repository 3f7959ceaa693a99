import type { WaitingLoad } from '../../client.ts';
import { allClaimed, claimed } from '../../domain/claim.ts';
import { deadText } from '../../domain/dead-stable.ts';
import { changedText, downText, splitDriftText, unreadText } from '../../domain/drift.ts';
import { movedText } from '../../domain/moved.ts';
import { notKeptTexts } from '../../domain/not-kept.ts';
import type { MessageRecord, RolloutStatus } from '../../domain/status.ts';
import { visibleIn } from '../../text/visible.ts';
import type { MetricVerdict, Verdict, VerdictKind } from '../../judge/verdict.ts';
import { bar } from './bar.ts';
import type { Canvas, Colors } from './canvas.ts';
import { columns, padded } from './columns.ts';
import { duration } from '../../text/duration.ts';
import { ago } from './ago.ts';
import { nextLines } from './next.ts';
import { outcomeText, phaseText } from './phase.ts';
import { indent, row, rows } from './row.ts';
import { bakeText, stepLines } from './steps.ts';
import { cut, hanging, sentence, stopped, wrap } from './text.ts';

/** The whole of a rollout as a person wants to see it, and what its load waits for, if it does. */
export function rolloutLines(
  given: RolloutStatus,
  canvas: Canvas,
  waiting: WaitingLoad | null = null,
): string[] {
  const status = visibleIn(given);
  const sections = [
    heading(status, canvas),
    stepLines(status, canvas),
    gauges(status, canvas),
    waitingLines(visibleIn(waiting), canvas),
    verdictLines(status.verdict, canvas),
    holdLines(status, canvas),
    messageLines(status.messages, canvas),
    noteLines(notesOf(status), canvas),
    nextLines(status.service, status.phase, canvas),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']);
}

function heading(status: RolloutStatus, { colors, width }: Canvas): string[] {
  const { service, version, stable, phase, doing, outcome, cause, verified } = status;
  const state = outcome === null ? phaseText(phase, colors) : outcomeText(outcome, colors);
  const from = stable === null ? '' : colors.dim(`   stable ${cut(stable, width / 3)}`);
  const doubt = verified === false ? ' The end state could not be read back from the target.' : '';
  const text = outcome === null ? sentence(doing) : stopped(cause ?? doing) + doubt;
  return [
    `${colors.bold(`${cut(service, width / 2)} ${cut(version, width / 3)}`)}   ${state}${from}`,
    ...hanging(text, width - 2).map((line) => `  ${line}`),
  ];
}

function gauges(
  { weight, audience, baseline = 0, bake, phase }: RolloutStatus,
  { colors, now }: Canvas,
): string[] {
  if (phase === 'ended') return [];
  const also = audience === null ? '' : ', and its audience';
  const lines = [row('canary', `${bar(weight / 100, colors)}  ${weight}% of live traffic${also}`, colors)];
  if (baseline > 0)
    lines.push(row('baseline', `${bar(baseline / 100, colors)}  ${baseline}% of live traffic`, colors));
  if (bake !== null) {
    const ran = bake.since === null ? 0 : Math.max(0, now - bake.since);
    const baked = Math.min(bake.max, bake.baked + ran);
    const name = bake.keepsStable === true ? 'kept' : 'bake';
    lines.push(row(name, `${bar(baked / bake.max, colors)}  ${bakeText({ ...bake, baked })}`, colors));
  }
  return lines;
}

function waitingLines(waiting: WaitingLoad | null, { colors, now, width }: Canvas): string[] {
  if (waiting === null) return [];
  const text = `waits ${waiting.why}; began to wait ${ago(waiting.since, now)}`;
  return rows('load', wrap(text, width - indent), colors, colors.yellow);
}

function verdictLines(verdict: Verdict | null, { colors, width }: Canvas): string[] {
  if (verdict === null) return [];
  const { kind, because, metrics } = verdict;
  const [first = '', ...rest] = wrap(because, width - indent - kind.length - 2);
  const head = row('verdict', `${verdictColour(kind, colors)(kind)}  ${first}`, colors);
  const longest = Math.max(0, ...metrics.map((metric) => columns(title(metric, width))));
  const several = metrics.length > 1 ? metrics : [];
  return [
    head,
    ...rows('', rest, colors),
    ...several.flatMap((metric) => metricLines(metric, longest, { colors, width })),
  ];
}

function metricLines(
  metric: MetricVerdict,
  column: number,
  { colors, width }: { colors: Colors; width: number },
): string[] {
  const sign = verdictColour(metric.kind, colors)(signs[metric.kind]);
  const lines = wrap(metric.because, width - indent - column - 4);
  return lines.map((line, index) => {
    const name = padded(index === 0 ? title(metric, width) : '', column);
    return row('', `${index === 0 ? sign : ' '} ${name}  ${colors.dim(line)}`, colors);
  });
}

function title({ name, gating }: MetricVerdict, width: number): string {
  const shown = cut(name, width / 3);
  return gating ? shown : `${shown} (reported)`;
}

function holdLines(
  { gate, paused, noSignal, phase }: RolloutStatus,
  { colors, now, width }: Canvas,
): string[] {
  if (phase === 'ended') return [];
  const texts: [string, string][] = [];
  if (gate !== null) {
    const have = gate.approvals.length === 0 ? '' : `; approved by ${allClaimed(gate.approvals)}`;
    const count = `${gate.approvals.length} of ${gate.need} approvals`;
    const who = gate.by.length === 0 ? 'anyone' : gate.by.join(' or ');
    const left = gate.deadline === null ? '' : `, ${duration(Date.parse(gate.deadline) - now)} left`;
    texts.push(['gate', `${gate.approve}: ${count} from ${who}${left}${have}`]);
  }
  if (paused !== null) {
    const reason = paused.reason === null ? '' : `: ${paused.reason}`;
    texts.push(['paused', `${ago(paused.since, now)} by ${claimed(paused.by)}${reason}`]);
  }
  if (noSignal.spent > 0) {
    texts.push(['no signal', `${duration(noSignal.spent)} in all, of ${duration(noSignal.allowed)} allowed`]);
  }
  return texts.flatMap(([name, text]) => rows(name, wrap(text, width - indent), colors, colors.yellow));
}

function messageLines(messages: MessageRecord[], { colors, now, width }: Canvas): string[] {
  const lines = messages.slice(-3).flatMap(({ verb, by, handled, text, at }) => {
    const effect = handled ? '' : ' (without effect)';
    return hanging(`${verb} by ${claimed(by)}, ${ago(at, now)}: ${text}${effect}`, width - indent);
  });
  return rows('said', lines, colors);
}

function notesOf({
  stable,
  stableNow,
  stableDown,
  deadStable,
  weight,
  audience,
  splitNow,
  changed = [],
  unread,
  phase,
  test,
  loadFault,
  counting = [],
  missing,
  notKept,
}: RolloutStatus): string[] {
  return [
    ...(deadStable === undefined ? [] : [deadText(stable, deadStable)]),
    ...(stableNow === undefined ? [] : [movedText(stableNow, stable)]),
    ...(stableDown === undefined ? [] : [downText(stable)]),
    ...(splitNow === undefined ? [] : [splitDriftText(splitNow, { weight, audience })]),
    ...(unread === undefined ? [] : [unreadText(unread)]),
    ...(changed.length === 0 || phase === 'ended' ? [] : [changedText(changed)]),
    ...(test?.said ? [`the test of the canary alone: ${test.said}`] : []),
    ...(loadFault === null ? [] : [`the load through the front door fails: ${loadFault}`]),
    ...counting,
    ...missing,
    ...notKeptTexts(notKept),
  ];
}

function noteLines(notes: string[], { colors, width }: Canvas): string[] {
  const lines = notes.flatMap((text) => hanging(sentence(text), width - indent));
  return rows('note', lines, colors, colors.dim);
}

const signs: Record<VerdictKind, string> = { pass: '✓', fail: '✗', inconclusive: '~', 'no-signal': '?' };

function verdictColour(kind: VerdictKind, colors: Colors): (text: string) => string {
  if (kind === 'pass') return colors.green;
  return kind === 'fail' ? colors.red : colors.yellow;
}
