import { allClaimed, claimed } from '../../src/domain/claim.ts';
import { deadText } from '../../src/domain/dead-stable.ts';
import { downText, splitDriftText, unreadText } from '../../src/domain/drift.ts';
import { duration } from '../../src/text/duration.ts';
import { number } from '../../src/text/number.ts';
import { Markdown } from '../../src/text/markdown.ts';
import { notKeptTexts } from '../../src/domain/not-kept.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { Evidence } from '../../src/judge/verdict.ts';

const md = Markdown.of;

/** The current details of the Web UI, in Markdown: what a person wants to know first, first. */
export function detailsOf(status: RolloutStatus): string {
  const parts = [
    md`### ${status.service} ${status.version}: ${status.phase}`,
    md`${status.doing}`,
    facts(status),
    steps(status),
    verdict(status),
    gate(status),
    testAlone(status),
    status.loadFault === null ? md`` : md`**The load through the front door fails**: ${status.loadFault}`,
    list(
      'Said to it',
      status.messages
        .slice(-10)
        .map(
          ({ at, verb, by, reason, text }) =>
            md`${clock(at)} **${verb}** by ${claimed(by)}${reason === null ? '' : ` (${reason})`}: ${text}`,
        ),
    ),
    list(
      'No longer kept',
      notKeptTexts(status.notKept).map((text) => md`${text}`),
    ),
    list(
      "What is usual, by stable's past",
      (status.usual ?? []).map((text) => md`${text}`),
    ),
    list(
      'How it is measured',
      (status.counting ?? []).map((text) => md`${text}`),
    ),
    list(
      'What the canary has otherwise than stable',
      (status.changed ?? []).map((text) => md`${text}`),
    ),
    list(
      'What the target cannot do',
      status.missing.map((text) => md`${text}`),
    ),
  ];
  return String(Markdown.join(parts, '\n\n'));
}

function facts({
  stable,
  stableNow,
  stableDown,
  deadStable,
  weight,
  audience,
  splitNow,
  unread,
  baseline = 0,
  bake,
  paused,
  noSignal,
  outcome,
}: RolloutStatus): Markdown {
  const parts = [
    md`${outcome === 'promoted' ? 'served before' : 'stable'} **${stable ?? 'unknown'}**, canary's weight **${weight}%**`,
  ];
  if (deadStable !== undefined) parts.push(md`${deadText(stable, deadStable)}`);
  if (stableNow !== undefined) parts.push(md`someone else has changed stable: it runs **${stableNow}** now`);
  if (stableDown !== undefined) parts.push(md`${downText(stable)}`);
  if (splitNow !== undefined) parts.push(md`${splitDriftText(splitNow, { weight, audience })}`);
  if (unread !== undefined) parts.push(md`${unreadText(unread)}`);
  if (baseline > 0)
    parts.push(md`compared with a fresh copy of stable, the baseline, which gets ${baseline}%`);
  if (bake?.keepsStable === true)
    parts.push(
      md`stable kept running for ${duration(bake.baked)} of ${duration(bake.max)}; abort returns all traffic to it`,
    );
  else if (bake !== null) parts.push(md`baked ${duration(bake.baked)} of ${duration(bake.max)}`);
  if (paused !== null)
    parts.push(
      md`paused since ${clock(paused.since)} by ${claimed(paused.by)}${paused.reason === null ? md`` : md`: ${paused.reason}`}`,
    );
  if (noSignal.spent > 0)
    parts.push(md`${duration(noSignal.spent)} without a signal of ${duration(noSignal.allowed)} allowed`);
  return Markdown.join(parts, '; ');
}

function steps({ steps: { at, labels, done } }: RolloutStatus): Markdown {
  const lines = labels.map((label, index) => {
    const record = done.findLast(({ step }) => step === index + 1);
    if (record !== undefined) return md`${index + 1}. ${label}, ${record.ended}: ${record.because}`;
    return index === at ? md`${index + 1}. ${label}: **now**` : md`${index + 1}. ${label}`;
  });
  return Markdown.join(lines, '\n');
}

function verdict({ verdict }: RolloutStatus): Markdown {
  if (verdict === null) return md``;
  const summary = md`**Verdict: ${verdict.kind}**. ${verdict.because}`;
  if (verdict.metrics.length < 2 && verdict.metrics.every(({ evidence }) => evidence === undefined)) {
    return summary;
  }
  const metrics = verdict.metrics.map(
    ({ name, kind, gating, because, evidence }) =>
      md`- ${name}: **${kind}**${gating ? '' : ' (reported)'}, ${because}${evidence === undefined ? '' : weighed(evidence)}`,
  );
  return Markdown.join([summary, Markdown.join(metrics, '\n')], '\n\n');
}

/** Of what is judged look by look nothing is weighed. */
function weighed({ harm, pass, needed }: Evidence): string {
  if (harm === undefined || pass === undefined || needed === undefined) return '';
  return `. Evidence of harm ${size(harm)} of the ${number(needed.harm)} needed, of a pass ${size(pass)} of ${number(needed.pass)}`;
}

/** How much exactly is of no interest where it is nearly nothing, or far more than enough. */
function size(evidence: number): string {
  if (evidence < 0.01) return 'below 0.01';
  return evidence > 1_000_000 ? 'over 1,000,000' : number(evidence);
}

/** Whether its load waits is for the worker to say: the workflow does not hear it. */
function testAlone({ test }: RolloutStatus): Markdown {
  if (test === undefined) return md``;
  const said =
    test.said ??
    `since ${clock(test.since)}, the wait of its load for a turn included: the pending activity generateLoad says whether it waits`;
  return md`**The test of the canary alone**: ${said}`;
}

function gate({ gate }: RolloutStatus): Markdown {
  if (gate === null) return md``;
  const who = gate.by.length === 0 ? 'anyone' : gate.by.join(', ');
  const until = gate.deadline === null ? '' : `, until ${clock(gate.deadline)}`;
  const have = gate.approvals.length === 0 ? '' : `; approved by ${allClaimed(gate.approvals)}`;
  return md`**Gate ${gate.step}: ${gate.approve}**. ${gate.approvals.length} of ${gate.need} approvals, by ${who}${until}${have}.`;
}

function list(title: string, items: Markdown[]): Markdown {
  if (items.length === 0) return md``;
  const entries = items.map((item) => md`- ${item}`);
  return Markdown.join([md`**${title}**`, Markdown.join(entries, '\n')], '\n\n');
}

/** A time to the second, as a person reads it. */
function clock(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
