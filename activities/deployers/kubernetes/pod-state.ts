/** What one pod says of itself. Pure. */
import type { ContainerStatus, Pod } from '../../kubernetes/kinds.ts';

/** A container that was started again so often does not get up by itself. */
const mostRestarts = 3;

export interface PodState {
  ready: boolean;
  /** Why it is not ready, in a sentence; absent: it is. */
  why?: string;
  /** It will not become so by itself. */
  failed?: true;
  /** Whose last words say more, and whether of the container before this one. */
  speaker?: { container: string; previous: boolean };
}

/** A container that is kept from starting, by what the kubelet calls it. */
const stopped: Record<string, { phrase: string; failed: boolean }> = {
  ErrImagePull: { phrase: 'cannot get its image', failed: false },
  ImagePullBackOff: { phrase: 'cannot get its image', failed: true },
  ErrImageNeverPull: {
    phrase: 'cannot get its image, which is not on the node and may not be pulled',
    failed: true,
  },
  InvalidImageName: { phrase: 'has a name of an image that is none', failed: true },
  CreateContainerConfigError: { phrase: 'lacks what its configuration refers to', failed: true },
  CreateContainerError: { phrase: 'cannot be created', failed: true },
  RunContainerError: { phrase: 'cannot be run', failed: true },
};

export function stateOfPod(pod: Pod): PodState {
  const { name } = pod.metadata;
  const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (isReady) return { ready: true };
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled !== undefined)
    return {
      ready: false,
      why: `pod ${name} has no node yet: ${unscheduled.message ?? unscheduled.reason ?? ''}`,
    };
  for (const status of [...initContainerStatuses, ...containerStatuses]) {
    const found = faultOf(pod, status);
    if (found !== null) return { ready: false, ...found, why: `pod ${name}: ${found.why}` };
  }
  return { ready: false, why: `pod ${name} is not ready yet` };
}

function faultOf(
  pod: Pod,
  { name, restartCount, state, lastState }: ContainerStatus,
): Omit<PodState, 'ready'> | null {
  const { waiting } = state ?? {};
  const known = stopped[waiting?.reason ?? ''];
  if (known !== undefined) {
    const image = pod.spec.containers.find((one) => one.name === name)?.image ?? '';
    return {
      why: `container ${name} ${known.phrase} (${image}): ${waiting?.message ?? waiting?.reason ?? ''}`,
      ...(known.failed && { failed: true as const }),
    };
  }
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended === undefined || ended.reason === 'Completed') return null;
  const how =
    ended.reason === 'OOMKilled'
      ? 'was killed because it ran out of memory'
      : `ended with code ${String(ended.exitCode ?? '?')}${ended.reason === undefined || ended.reason === 'Error' ? '' : ` (${ended.reason})`}`;
  const often = restartCount === 0 ? '' : `, and was started again ${String(restartCount)} times`;
  return {
    why: `container ${name} ${how}${often}`,
    ...(restartCount >= mostRestarts && { failed: true as const }),
    speaker: { container: name, previous: state?.terminated === undefined },
  };
}
