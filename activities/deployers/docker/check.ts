/** What runs of a track. */
import type { DockerTarget } from '../../../src/spec/docker.ts';
import type { Track, TrackState } from '../../../src/domain/rollout.ts';
import { targetLimits } from '../../answer-limits.ts';
import { withLastWords } from '../../last-words.ts';
import type { Grants, Release } from '../../ports.ts';
import type { Containers, Seen } from './containers.ts';
import type { Engine } from './engine.ts';
import { findImage } from './image.ts';
import { nameOf, type Inspected } from './inspected.ts';
import { labels, ownVersion } from './names.ts';
import { addressOf, probe, reportedVersion } from './probe.ts';
import { findStable, stableVersion } from './stable.ts';
import { stateOf, type CopyState } from './state.ts';

/** One engine, as a plan uses it. */
export interface Docker {
  plan: DockerTarget;
  grants: Grants;
  engine: Engine;
  containers: Containers;
}

/** One copy: how it is, and which version it runs. */
export interface Checked extends CopyState {
  version: string;
}

export async function checkTrack(
  docker: Docker,
  release: Release,
  track: Track,
  signal: AbortSignal,
): Promise<TrackState> {
  const { containers } = docker;
  if (track === 'stable') return checkStable(docker, release, signal);
  const seen = await ownCopies(containers, release.service, track, signal);
  const copies = await Promise.all(seen.map((one) => checkCopy(docker, release.service, one, signal)));
  const addresses = seen.flatMap(({ container }) => addressBeside(container, docker.plan) ?? []);
  const [url] = addresses;
  const [first] = seen;
  const changed = first?.container.Config.Labels?.[labels.changed];
  return {
    ...summary(docker, copies, copies.length),
    ...(url !== undefined && { url }),
    addresses: addresses.slice(0, targetLimits.addresses),
    ...(changed !== undefined && changed !== '' && { changed: changed.split('\n') }),
  };
}

/** The copies beside stable that Coalmine has made, by their names. */
export async function ownCopies(
  containers: Containers,
  service: string,
  track: 'canary' | 'baseline',
  signal: AbortSignal,
): Promise<Seen[]> {
  const label = [`${labels.service}=${service}`, `${labels.role}=${track}`];
  const found = await containers.list({ label }, signal);
  const seen = await containers.inspectAll(
    found.map(({ Id }) => Id),
    signal,
  );
  const byNumber = new Intl.Collator('en', { numeric: true });
  return seen.sort((one, other) => byNumber.compare(nameOf(one.container), nameOf(other.container)));
}

async function checkStable(docker: Docker, { service }: Release, signal: AbortSignal): Promise<TrackState> {
  const found = await findStable(docker.plan, service, docker.containers, signal);
  const live = found.flatMap(({ live }) => live ?? []);
  const copies = await Promise.all(live.map((one) => checkCopy(docker, service, one, signal)));
  return summary(docker, copies, found.length);
}

/** @param wanted how many there are to be */
function summary({ grants }: Docker, copies: readonly Checked[], wanted: number): TrackState {
  const ready = copies.filter((copy) => copy.ready).length;
  const why = copies.find((copy) => copy.why !== undefined);
  const shown = grants.hiding.beginning(why?.why ?? '', targetLimits.failedCharacters);
  return {
    alive: wanted > 0 && ready === wanted,
    versions: [...new Set(copies.map(({ version }) => version))].sort().slice(0, targetLimits.versions),
    copies: { wanted, ready },
    ...(why?.failed === true && { failed: shown }),
    ...(why !== undefined && why.failed !== true && { notReady: shown }),
  };
}

/** How one copy is. One that Coalmine has not made is never given up: nothing was ordered of it. */
export async function checkCopy(
  docker: Docker,
  service: string,
  seen: Seen,
  signal: AbortSignal,
): Promise<Checked> {
  const { plan, grants, engine } = docker;
  const { container } = seen;
  const own = ownVersion(container);
  const address = addressOf(nameOf(container), container.NetworkSettings.Ports ?? {}, plan);
  const asks = container.State.Running && !container.State.Paused && address !== null;
  const answer = asks && plan.health !== undefined ? await probe(address, plan.health, grants, signal) : null;
  const state = stateOf(seen, answer);
  const version =
    own ?? stableVersion(container, await findImage(engine, container.Image, signal), plan, service);
  if (state.failed === true && own !== undefined)
    return { ...state, version, why: await withLog(docker, container, state, signal) };
  const { failed: _failed, ...mild } = state;
  if (!state.ready || !asks || plan.reports === undefined) return { ...mild, version };
  const said = await reportedVersion(address, plan.reports, grants, signal);
  if ('version' in said) return { ready: true, version: said.version };
  return { ready: false, version, why: `${nameOf(container)} ${said.why}` };
}

/** With the last lines of its log. */
async function withLog(
  { containers, grants }: Docker,
  container: Inspected,
  { why = '' }: CopyState,
  signal: AbortSignal,
): Promise<string> {
  const words = await containers.lastWords(container, signal);
  return withLastWords(why, words, variablesOf(container), grants.hiding);
}

function variablesOf({ Config }: Inspected): (readonly [string, string])[] {
  return (Config.Env ?? []).map((entry) => {
    const at = entry.indexOf('=');
    return [entry.slice(0, Math.max(0, at)), entry.slice(at + 1)];
  });
}

/** Where a copy beside stable is reached, whether it runs or not. */
function addressBeside(container: Inspected, plan: DockerTarget): string | null {
  return addressOf(nameOf(container), container.HostConfig.PortBindings ?? {}, plan);
}
