import type { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { taskQueues } from '../domain/surface.ts';
import { ofActivities, pollersOf } from '../temporal/pollers.ts';
import { version } from '../version.ts';
import { ok, problem, warning, type Finding } from './finding.ts';
import type { Place } from './server.ts';
import { duration } from '../text/duration.ts';

/** Who polled longer ago than this (ms) is gone: a poll takes at most a minute. */
const gone = 70_000;

/** What is done on each task queue, and the variable that says how much of it at a time. */
const work = {
  effects: { what: 'rollouts and their effects', slots: 'COALMINE_EFFECT_SLOTS' },
  watch: { what: 'bakes', slots: 'COALMINE_WATCH_SLOTS' },
  load: { what: 'load', slots: 'COALMINE_LOAD_SLOTS' },
} as const;

/** A worker of one task queue, as it last said. */
interface Seen {
  identity: string;
  version: string | null;
  slots: { used: number; free: number };
  /** By its own clock, ms since 1970. */
  said: number;
}

/** Every task queue has workers, of this version, with slots to spare and the right time. */
export async function lookAtWorkers(place: Place, now: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const areCollected = await heartbeatsAreCollected(place);
  for (const queue of ['effects', 'watch', 'load'] as const) {
    const name = taskQueues[queue];
    const { what, slots } = work[queue];
    const polling = await recentPollersOf(place, name, now);
    if (polling.size === 0) {
      const nobody = `no worker takes ${what} from ${name}: what is there waits`;
      findings.push(problem('workers', nobody, 'coalmine worker'));
      continue;
    }
    const heartbeats = areCollected ? await heartbeatsOf(place, name) : [];
    const seen = heartbeats.filter(({ identity }) => polling.has(identity));
    findings.push(summary(name, what, polling, seen), ...seen.flatMap((worker) => doubts(worker, now)));
    if (seen.length > 0 && seen.every((worker) => worker.slots.free === 0))
      findings.push(
        warning(
          'workers',
          `every slot for ${what} on ${name} is taken: more has to wait`,
          `set ${slots} higher, or start another worker: coalmine worker`,
        ),
      );
  }
  return findings;
}

function summary(name: string, what: string, polling: Set<string>, seen: Seen[]): Finding {
  const used = seen.reduce((sum, { slots }) => sum + slots.used, 0);
  const all = seen.reduce((sum, { slots }) => sum + slots.used + slots.free, 0);
  const taken = seen.length === 0 ? 'slots not yet told' : `${String(used)} of ${String(all)} slots taken`;
  const count = polling.size === 1 ? '1 worker takes' : `${String(polling.size)} workers take`;
  return ok('workers', `${count} ${what} from ${name}: ${[...polling].join(', ')}; ${taken}`);
}

function doubts(worker: Seen, now: number): Finding[] {
  const ahead = worker.said - now;
  const findings: Finding[] = [];
  if (worker.version !== null && worker.version !== version)
    findings.push(
      warning(
        'workers',
        `${worker.identity} is Coalmine ${worker.version}, this is ${version}`,
        'bring all workers to one version',
      ),
    );
  if (ahead > 1_000)
    findings.push(
      warning(
        'clock',
        `${worker.identity} is ${duration(ahead)} ahead of the server`,
        'set it by NTP, such as: timedatectl set-ntp true',
      ),
    );
  return findings;
}

async function recentPollersOf(
  { connection, namespace }: Place,
  name: string,
  now: number,
): Promise<Set<string>> {
  const pollers = await pollersOf(connection, namespace, name, ofActivities);
  const recent = pollers.filter(({ at }) => now - at < gone);
  return new Set(recent.map(({ identity }) => identity));
}

/** Whether the server keeps what workers tell of themselves; an older one cannot be asked for it. */
async function heartbeatsAreCollected({ connection, namespace }: Place): Promise<boolean> {
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
  return namespaceInfo?.capabilities?.workerHeartbeats === true;
}

async function heartbeatsOf({ connection, namespace }: Place, name: string): Promise<Seen[]> {
  const { workersInfo } = await connection.workflowService.listWorkers({
    namespace,
    query: `TaskQueue = '${name}'`,
  });
  return workersInfo.flatMap(({ workerHeartbeat }) => (workerHeartbeat ? [seenOf(workerHeartbeat)] : []));
}

type Heartbeats = Awaited<ReturnType<Connection['workflowService']['listWorkers']>>['workersInfo'];
type Heartbeat = NonNullable<Heartbeats[number]['workerHeartbeat']>;

function seenOf({
  workerIdentity,
  deploymentVersion,
  activityTaskSlotsInfo,
  heartbeatTime,
}: Heartbeat): Seen {
  return {
    identity: workerIdentity ?? '',
    version: deploymentVersion?.deploymentName === 'coalmine' ? (deploymentVersion.buildId ?? null) : null,
    slots: {
      used: activityTaskSlotsInfo?.currentUsedSlots ?? 0,
      free: activityTaskSlotsInfo?.currentAvailableSlots ?? 0,
    },
    said: tsToMs(heartbeatTime),
  };
}
