import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { briefOf } from '../client/brief.ts';
import { endingText } from '../client/ending.ts';
import { NotRunning } from '../client/errors.ts';
import { latestRun, lookAt, type Answer } from '../client/look.ts';
import { heldByTemporal } from '../client/query.ts';
import { pauseText, unpauseCommand } from '../client/temporal-pause.ts';
import { shellWord } from '../text/shell-word.ts';
import { serviceOf } from '../domain/surface.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** Rollouts that cannot go on by themselves, and those that were cut short with something left on the target. */
export async function lookAtRollouts(client: Client): Promise<Finding[]> {
  const findings = [
    ...(await found(client, heldByTemporal, isHeld)),
    ...(await found(client, activityPaused, hasPausedActivities)),
    ...(await found(client, failing, cannotRun)),
    ...(await found(client, waiting, waits)),
    ...(await found(client, cutShort, leftOf)),
  ];
  return findings.length > 0
    ? findings
    : [ok('rollouts', 'none is stuck or paused in Temporal, and none was cut short')];
}

const activityPaused = 'ExecutionStatus = "Running" AND TemporalPauseInfo IS NOT NULL';
const failing = 'ExecutionStatus = "Running" AND TemporalReportedProblems IS NOT NULL';
const waiting = 'ExecutionStatus = "Running" AND CoalminePhase IN ("stuck", "halted")';
const cutShort = 'ExecutionStatus IN ("Terminated", "TimedOut", "Failed", "Canceled")';

/** As many services as are looked at, latest first. */
const most = 50;

/** What is to be said of the latest rollout of each service whose latest rollout is one of these. */
async function found(
  client: Client,
  clause: string,
  say: (client: Client, run: WorkflowExecutionDescription) => Finding | null | Promise<Finding | null>,
): Promise<Finding[]> {
  const services = new Map<string, string>();
  const query = `WorkflowType = "rollout" AND ${clause}`;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const service = serviceOf(workflowId);
    if (!services.has(service)) services.set(service, runId);
    if (services.size === most) break;
  }
  const findings: Finding[] = [];
  for (const [service, runId] of services) {
    const run = await latestRun(client, service).catch((error: unknown) => {
      if (error instanceof NotRunning) return null;
      throw error;
    });
    // A later rollout of the service has taken care of what an earlier one left.
    if (run?.runId !== runId) continue;
    const finding = await say(client, run);
    if (finding !== null) findings.push(finding);
  }
  return findings;
}

function isHeld(_client: Client, run: WorkflowExecutionDescription): Finding {
  const { service, version, phase, weight, state, pausedInTemporal } = briefOf(run);
  const traffic = (weight ?? 0) > 0 ? ` keeps ${String(weight)}% of the traffic and` : '';
  const means = `the canary ${version ?? ''}${traffic} is judged by nobody, and abort waits`;
  if (pausedInTemporal === null)
    return warning(
      'rollouts',
      `${service}: Temporal says that its workflow is open but not running (${run.status.name}, ${state} to this version)`,
      `temporal workflow describe --workflow-id ${shellWord(run.workflowId)}`,
    );
  return problem(
    'rollouts',
    `${service} (${phase ?? 'not taken up'}) is ${pauseText(pausedInTemporal)}: ${means}`,
    unpauseCommand(run.workflowId),
  );
}

/** Temporal can pause a single activity, too: its attempts wait until its time is over. */
function hasPausedActivities(_client: Client, run: WorkflowExecutionDescription): Finding | null {
  const paused = (run.raw.pendingActivities ?? []).filter((activity) => activity.paused === true);
  if (paused.length === 0) return null;
  const { service } = briefOf(run);
  const names = paused.map(
    ({ activityType, activityId }) => `${activityType?.name ?? ''} (${activityId ?? ''})`,
  );
  return problem(
    'rollouts',
    `${service}: Temporal has paused ${names.join(', ')} of its workflow: what waits for that waits`,
    ...paused.map(
      ({ activityId }) =>
        `temporal activity unpause --workflow-id ${shellWord(run.workflowId)} --activity-id ${shellWord(activityId ?? '')}`,
    ),
  );
}

function cannotRun(_client: Client, run: WorkflowExecutionDescription): Finding {
  const { service } = briefOf(run);
  const attempt = String(run.raw.pendingWorkflowTask?.attempt ?? 'several');
  return problem(
    'rollouts',
    `${service}: no worker can carry on with its workflow (attempt ${attempt}); it may have been begun by a newer version`,
    `temporal workflow show --workflow-id ${run.workflowId}, for why; then bring all workers to the newest version`,
  );
}

async function waits(client: Client, run: WorkflowExecutionDescription): Promise<Finding> {
  const { service, phase } = briefOf(run);
  const answer = await lookAt(client, run);
  const why = answer.kind === 'full' ? answer.status.doing : `it is ${phase ?? 'open'}`;
  return warning('rollouts', `${service}: ${why}`, `coalmine status ${service}`);
}

async function leftOf(client: Client, run: WorkflowExecutionDescription): Promise<Finding | null> {
  const answer = await lookAt(client, run);
  const { ending } = answer;
  if (ending === null || ending.how === 'completed') return null;
  if (ending.type === 'SpecRefused') return null;
  const { service, version, ended } = briefOf(run);
  const left = leftovers(answer);
  if (left === null) return null;
  return problem(
    'rollouts',
    `${service} ${version ?? ''} ended ${ended ?? ''} as ${endingText(ending)}; ${left}`,
    `coalmine start FILE: the next rollout of ${service} takes that back before it begins`,
    'or by hand, on the target: give stable all of the traffic, then take the canary away',
  );
}

/** What may be left on the target; null if nothing had been touched. */
function leftovers(answer: Answer): string | null {
  const { phase, weight, version } =
    answer.kind === 'full' ? answer.status : { ...answer.brief, weight: answer.brief.weight ?? 0 };
  if (phase === null || phase === 'preflight') return null;
  const traffic = weight > 0 ? `gets ${String(weight)}% of the traffic` : 'has no traffic';
  const half = phase === 'promoting' || phase === 'halted' ? ', and stable may be half replaced' : '';
  return `the canary ${version ?? ''} may still run and ${traffic}${half}`;
}
