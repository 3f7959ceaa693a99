import type { Phase } from '../../domain/rollout.ts';
import type { Verb } from '../../../workflows/messages.ts';
import { shellWord } from '../../text/shell-word.ts';
import type { Canvas } from './canvas.ts';
import { rows } from './row.ts';
import { cut } from './text.ts';

/** What a person can say in a phase, and what it does, the likeliest first. */
const choices: Record<Phase, [Verb, string][]> = {
  preflight: [['abort', 'stop before anything is deployed']],
  deploying: [['abort', 'take the canary back']],
  testing: [['abort', 'take the canary back']],
  baking: [
    ['pause', 'hold the weight'],
    ['promote', 'skip the remaining steps'],
    ['abort', 'take the canary back'],
  ],
  waiting: [
    ['approve', 'let it go on'],
    ['reject', 'take the canary back'],
  ],
  paused: [
    ['resume', 'go on'],
    ['abort', 'take the canary back'],
  ],
  holding: [
    ['promote', 'go on without a pass'],
    ['abort', 'take the canary back'],
  ],
  keeping: [
    ['abort', 'return all traffic to stable'],
    ['pause', 'keep stable running for longer'],
    ['promote', 'end the wait, replace stable now'],
  ],
  promoting: [['abort', 'undo it, while that is possible']],
  restoring: [],
  stuck: [
    ['resume', 'try again now, once it is mended'],
    ['abandon', 'give up, the target stays as it is'],
  ],
  halted: [
    ['promote', 'go forward again'],
    ['abandon', 'give up, the target stays as it is'],
  ],
  ended: [],
};

/** The commands that make sense in a phase, each with what it does. */
export function nextLines(service: string, phase: Phase, { colors, width }: Canvas): string[] {
  const word = shellWord(service);
  // A name that had to be quoted is none that a spec may have: it could fill the line with whatever it likes.
  const name = word === service ? word : cut(word, width / 3);
  const commands = choices[phase].map(([verb, what]) => ({ command: `coalmine ${verb} ${name}`, what }));
  const longest = Math.max(0, ...commands.map(({ command }) => command.length));
  return rows(
    'next',
    commands.map(({ command, what }) => `${command.padEnd(longest)}  ${colors.dim(what)}`),
    colors,
  );
}
