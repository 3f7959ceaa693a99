import { allClaimed, claimed } from '../src/domain/claim.ts';
import { deadText } from '../src/domain/dead-stable.ts';
import { number } from '../src/domain/judge/sentences.ts';
import type { RolloutStatus } from '../src/domain/status.ts';
import type { Evidence } from '../src/domain/verdict.ts';

/** The current details of the Web UI, in Markdown: what a person wants to know first, first. */
export function detailsOf(status: RolloutStatus): string {
  return [
    `### ${status.service} ${status.version}: ${status.phase}`,
    status.doing,
    facts(status),
    steps(status),
    verdict(status),
    gate(status),
    status.loadFault === null ? '' : `**The load through the front door fails**: ${status.loadFault}`,
    list(
      'Said to it',
      status.messages
        .slice(-10)
        .map(
          ({ at, verb, by, reason, text }) =>
            `${clock(at)} **${verb}** by ${claimed(by)}${reason === null ? '' : ` (${reason})`}: ${text}`,
        ),
    ),
    list("What is usual, by stable's past", status.usual ?? []),
    list('What the target cannot do', status.missing),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function facts({
  stable,
  stableNow,
  deadStable,
  weight,
  baseline = 0,
  bake,
  paused,
  noSignal,
  outcome,
}: RolloutStatus): string {
  return [
    `${outcome === 'promoted' ? 'served before' : 'stable'} **${stable ?? 'unknown'}**, canary's weight **${String(weight)} %**`,
    deadStable !== undefined && deadText(stable, deadStable),
    stableNow !== undefined && `someone else has changed stable: it runs **${stableNow}** now`,
    baseline > 0 && `compared with a fresh copy of stable, the baseline, which gets ${String(baseline)} %`,
    bake && `baked ${lengthOf(bake.baked)} of ${lengthOf(bake.max)}`,
    paused &&
      `paused since ${clock(paused.since)} by ${claimed(paused.by)}${paused.reason === null ? '' : `: ${paused.reason}`}`,
    noSignal.spent > 0 &&
      `${lengthOf(noSignal.spent)} without a signal of ${lengthOf(noSignal.allowed)} allowed`,
  ]
    .filter(Boolean)
    .join('; ');
}

function steps({ steps: { at, labels, done } }: RolloutStatus): string {
  const line = (label: string, index: number): string => {
    const record = done.findLast(({ step }) => step === index + 1);
    const state = record ? `, ${record.ended}: ${record.because}` : index === at ? ': **now**' : '';
    return `${String(index + 1)}. ${label}${state}`;
  };
  return labels.map(line).join('\n');
}

function verdict({ verdict }: RolloutStatus): string {
  if (verdict === null) return '';
  const summary = `**Verdict: ${verdict.kind}**. ${verdict.because}`;
  if (verdict.metrics.length < 2 && verdict.metrics.every(({ evidence }) => evidence === undefined)) {
    return summary;
  }
  const metrics = verdict.metrics.map(
    ({ name, kind, gating, because, evidence }) =>
      `- ${name}: **${kind}**${gating ? '' : ' (reported)'}, ${because}${evidence === undefined ? '' : weighed(evidence)}`,
  );
  return [summary, '', ...metrics].join('\n');
}

function weighed({ harm, pass, needed }: Evidence): string {
  return `. Evidence of harm ${size(harm)} of the ${number(needed.harm)} needed, of a pass ${size(pass)} of ${number(needed.pass)}`;
}

/** How much exactly is of no interest where it is nearly nothing, or far more than enough. */
function size(evidence: number): string {
  if (evidence < 0.01) return 'below 0.01';
  return evidence > 1_000_000 ? 'over 1,000,000' : number(evidence);
}

function gate({ gate }: RolloutStatus): string {
  if (gate === null) return '';
  const who = gate.by.length === 0 ? 'anyone' : gate.by.join(', ');
  const until = gate.deadline === null ? '' : `, until ${clock(gate.deadline)}`;
  const have = gate.approvals.length === 0 ? '' : `; approved by ${allClaimed(gate.approvals)}`;
  return `**Gate ${String(gate.step)}: ${gate.approve}**. ${String(gate.approvals.length)} of ${String(gate.need)} approvals, by ${who}${until}${have}.`;
}

function list(title: string, items: string[]): string {
  return items.length === 0 ? '' : [`**${title}**`, '', ...items.map((item) => `- ${item}`)].join('\n');
}

/** How long, for people: `90 s`, `30 min`, `2.5 h`. */
export function lengthOf(ms: number): string {
  if (ms < 120_000) return `${String(Math.round(ms / 1000))} s`;
  return ms < 7_200_000
    ? `${String(Math.round(ms / 60_000))} min`
    : `${String(Math.round(ms / 360_000) / 10)} h`;
}

/** A time to the second, as a person reads it. */
function clock(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
