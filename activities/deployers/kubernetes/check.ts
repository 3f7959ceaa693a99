/** What runs of a track. */
import type { Track, TrackState } from '../../../src/domain/rollout.ts';
import { targetLimits } from '../../answer-limits.ts';
import { withLastWords } from '../../last-words.ts';
import { deployments, events, pods, services, type Deployment, type Pod } from '../../kubernetes/kinds.ts';
import { annotations, besideName, hashOf, labels, type Beside } from '../../kubernetes/names.ts';
import { fieldManager } from '../../kubernetes/sending.ts';
import type { Release } from '../../ports.ts';
import { ownLabels } from './copies.ts';
import { selectorText } from './labels.ts';
import { stateOfPod, type PodState } from './pod-state.ts';
import {
  deploymentName,
  findStable,
  isCopy,
  refuseOwned,
  runningOf,
  versionOf,
  type Place,
  type Running,
} from './stable.ts';

export async function checkTrack(
  place: Place,
  release: Release,
  track: Track,
  signal: AbortSignal,
): Promise<TrackState & { fence: boolean }> {
  if (track === 'stable') {
    const stable = await findStable(place, release.service, signal);
    await refuseOwned(place, stable, signal);
    return { ...(await checkStable(place, release, stable, signal)), fence: true };
  }
  const stable = await place.cluster.get(deployments, deploymentName(place.plan, release.service), signal);
  return { ...(await checkBeside(place, release, track, stable, signal)), fence: stable !== null };
}

/** It is given up only where it runs what this rollout has ordered. */
export async function checkStable(
  place: Place,
  release: Release,
  stable: Deployment,
  signal: AbortSignal,
): Promise<TrackState> {
  const { plan, cluster } = place;
  const { service, version } = release;
  const running = await runningOf(cluster, stable, signal);
  const isOrdered = (one: Pod): boolean => versionOf(one, plan, service) === version;
  const found = await summary(
    place,
    stable,
    running,
    (one) => versionOf(one, plan, service),
    isOrdered,
    signal,
  );
  if (versionOf(stable.spec.template, plan, service) === version) return found;
  const { failed, ...mild } = found;
  return { ...mild, ...(failed !== undefined && { notReady: failed }) };
}

async function checkBeside(
  place: Place,
  release: Release,
  track: Beside,
  stable: Deployment | null,
  signal: AbortSignal,
): Promise<TrackState> {
  const { plan, cluster } = place;
  const name = besideName(deploymentName(plan, release.service), track);
  const own = await cluster.get(deployments, name, signal);
  const versionOfOwn = ({ metadata }: Pod): string =>
    metadata.annotations?.[annotations.version] ?? 'unknown';
  if (own === null) {
    const which = { labels: selectorText({ matchLabels: ownLabels(release.service, track) }) };
    const left = (await cluster.list(pods, which, signal)).filter(isCopy);
    return { alive: false, versions: versions(left, versionOfOwn), copies: { wanted: 0, ready: 0 } };
  }
  const found = await summary(
    place,
    own,
    await runningOf(cluster, own, signal),
    versionOfOwn,
    () => true,
    signal,
  );
  const urls = await addresses(place, own, signal);
  return {
    ...found,
    ...(urls[0] !== undefined && { url: urls[0] }),
    addresses: urls,
    changed: [
      ...(own.metadata.annotations?.[annotations.changed] ?? '').split('\n'),
      ...meddling(own, stable, place, release),
    ].filter((phrase) => phrase !== ''),
  };
}

/** What somebody else has changed since the copies were made. */
function meddling(
  own: Deployment,
  stable: Deployment | null,
  { plan }: Place,
  { service, version }: Release,
): string[] {
  const { [annotations.made]: made, [annotations.madeFrom]: madeFrom } = own.metadata.annotations ?? {};
  const wasEdited = made !== undefined && made !== hashOf(own.spec.template);
  const isStale =
    stable !== null &&
    versionOf(stable.spec.template, plan, service) !== version &&
    madeFrom !== hashOf(stable.spec.template);
  return [
    ...(wasEdited ? [`somebody has edited the Deployment ${own.metadata.name}${by(own)}`] : []),
    ...(isStale
      ? [
          `somebody has edited the Deployment ${stable.metadata.name}${by(stable)} since these copies were made from it`,
        ]
      : []),
  ];
}

/** Who has written last, but Coalmine and the cluster itself. */
function by({ metadata: { managedFields = [] } }: Deployment): string {
  const last = managedFields
    .filter(({ manager, subresource }) => manager !== fieldManager && subresource === undefined)
    .sort((one, other) => (other.time ?? '').localeCompare(one.time ?? ''))[0];
  return last?.manager === undefined ? '' : ` (${last.manager})`;
}

/** Of the Service that the copies belong to. */
async function addresses({ cluster }: Place, own: Deployment, signal: AbortSignal): Promise<string[]> {
  const root = own.metadata.ownerReferences?.find(({ kind }) => kind === 'Service');
  const service = root === undefined ? null : await cluster.get(services, root.name, signal);
  return (service?.spec.ports ?? []).slice(0, 1).map(({ name = '', port, appProtocol = name }) => {
    const scheme = /^https/.test(appProtocol) || port === 443 ? 'https' : 'http';
    return `${scheme}://${service?.metadata.name ?? ''}.${cluster.namespace}.svc:${String(port)}`;
  });
}

function versions(copies: readonly Pod[], versionOf: (pod: Pod) => string): string[] {
  return [...new Set(copies.map(versionOf))].sort().slice(0, targetLimits.versions);
}

async function summary(
  place: Place,
  deployment: Deployment,
  running: Running,
  versionOf: (pod: Pod) => string,
  isOrdered: (pod: Pod) => boolean,
  signal: AbortSignal,
): Promise<TrackState> {
  const { generation = 0 } = deployment.metadata;
  const { replicas: wanted } = deployment.spec;
  const { observedGeneration = 0, availableReplicas = 0 } = deployment.status;
  const isTakenUp = observedGeneration >= generation;
  const states = running.pods.map((pod) => ({ pod, ...stateOfPod(pod) }));
  const ready = Math.min(isTakenUp ? availableReplicas : 0, states.filter((state) => state.ready).length);
  const alive = wanted > 0 && ready >= wanted;
  const trouble =
    refusalOf(deployment) ??
    (await podTrouble(
      place,
      states.filter((state) => !state.ready && isOrdered(state.pod)),
      signal,
    )) ??
    (alive || wanted === 0
      ? null
      : { why: isTakenUp ? 'its copies are not ready yet' : 'the cluster has not taken up the change yet' });
  const shown = place.grants.hiding.beginning(trouble?.why ?? '', targetLimits.failedCharacters);
  return {
    alive,
    versions: versions(running.pods, versionOf),
    copies: { wanted, ready },
    ...(trouble?.failed === true && { failed: shown }),
    ...(trouble !== null && trouble.failed !== true && !alive && { notReady: shown }),
  };
}

interface Trouble {
  why: string;
  failed?: boolean;
}

/** Why the cluster does not bring the copies about, as far as it says so. */
function refusalOf({ metadata, status: { conditions = [] } }: Deployment): Trouble | null {
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (failure !== undefined)
    return {
      why: `Deployment ${metadata.name} cannot create copies: ${failure.message ?? failure.reason ?? ''}`,
      // A rolling update of stable may go on once an old copy has made room.
      failed: metadata.labels?.[labels.role] !== undefined,
    };
  const stuck = conditions.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  if (stuck === undefined) return null;
  return { why: `Deployment ${metadata.name} makes no progress: ${stuck.message ?? ''}`, failed: true };
}

/** Of the pods that are not ready the one that says most. */
async function podTrouble(
  place: Place,
  states: readonly (PodState & { pod: Pod })[],
  signal: AbortSignal,
): Promise<Trouble | null> {
  const worst =
    states.find(({ failed }) => failed === true) ??
    states.find(({ speaker }) => speaker !== undefined) ??
    states[0];
  if (worst === undefined) return null;
  return { why: await withMore(place, worst, signal), failed: worst.failed === true };
}

/** With the newest event of the pod, or the last lines of its log. */
async function withMore(
  { cluster, grants }: Place,
  { pod, why = '', speaker }: PodState & { pod: Pod },
  signal: AbortSignal,
): Promise<string> {
  if (speaker !== undefined) {
    const words = await cluster.lastWords(pod.metadata.name, speaker.container, speaker.previous, signal);
    return withLastWords(why, words.trim(), variablesOf(pod), grants.hiding);
  }
  const found = await cluster.list(events, { fields: `involvedObject.uid=${pod.metadata.uid}` }, signal);
  const newest = found
    .filter(({ type }) => type === 'Warning')
    .sort((one, other) =>
      (other.lastTimestamp ?? other.eventTime ?? '').localeCompare(one.lastTimestamp ?? one.eventTime ?? ''),
    )[0];
  return newest?.message === undefined ? why : `${why}: ${newest.message}`;
}

function variablesOf({ spec: { containers } }: Pod): (readonly [string, string])[] {
  const variables = containers.flatMap(({ env }) => (Array.isArray(env) ? (env as unknown[]) : []));
  return variables.flatMap((entry) => {
    const { name, value } = entry as { name?: unknown; value?: unknown };
    return typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [];
  });
}
