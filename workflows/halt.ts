import { condition } from '@temporalio/workflow';
import { runsOnly } from '../src/domain/rollout.ts';
import { questions } from './activities.ts';
import { sentenceOf } from './ending.ts';
import { tell } from './notices.ts';
import { abandoned } from './settle.ts';
import { releaseOf, type Rollout } from './state.ts';
import { enter } from './story.ts';

/**
 * Whether the canary can still be taken back: as long as promotion has not begun to replace stable. Once it
 * has, the canary may be the only healthy copy.
 */
export async function canGoBack(rollout: Rollout): Promise<boolean> {
  const { plan, state } = rollout;
  if (!state.undo.stable) return true;
  await rollout.going;
  const { stable } = await questions('Does stable still run the earlier version?')
    .readBack({ plan, release: releaseOf(rollout) })
    .catch((reason: unknown) => {
      state.status.doing = sentenceOf(reason);
      return { stable: null };
    });
  return stable !== null && runsOnly(state.status.stable, stable);
}

/**
 * Calls a person and waits: `promote` comes back to go forward again, `abort` to see whether the earlier version
 * is whole again.
 *
 * @throws ApplicationFailure `Abandoned`, which fails the workflow
 */
export async function halt(rollout: Rollout): Promise<void> {
  const { state } = rollout;
  const { asked, status } = state;
  const cause = state.ending?.cause ?? '';
  enter(
    state,
    'halted',
    `Halted in mid-promotion, stable is partly replaced or cannot be read: ${cause}. Promote to go forward again, abort once stable is the earlier version again, or abandon`,
  );
  tell(rollout, 'halted', status.doing);
  Object.assign(asked, { promote: null, abort: null });
  await condition(() => asked.promote !== null || asked.abort !== null || asked.abandon !== null);
  if (asked.abandon !== null) throw abandoned(rollout, `${asked.abandon}; ${cause}`);
  if (asked.abort !== null) state.ending = { outcome: 'aborted', cause: asked.abort };
}
