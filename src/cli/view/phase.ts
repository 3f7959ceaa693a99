import type { Outcome, Phase } from '../../domain/rollout.ts';
import type { Colors } from './canvas.ts';

/** A phase in the colour of what it asks of a person: red acts now, yellow waits for someone, cyan goes on. */
export function phaseText(phase: Phase, colors: Colors): string {
  switch (phase) {
    case 'stuck':
    case 'halted':
      return colors.bold(colors.red(phase));
    case 'waiting':
    case 'paused':
    case 'holding':
    case 'restoring':
      return colors.yellow(phase);
    default:
      return colors.cyan(phase);
  }
}

/** An outcome with its sign. */
export function outcomeText(outcome: Outcome, colors: Colors): string {
  return outcome === 'promoted' ? colors.green(`✓ ${outcome}`) : colors.red(`✗ ${outcome}`);
}
