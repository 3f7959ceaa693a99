import type { RolloutStatus } from '../../domain/status.ts';
import { duration } from '../../text/duration.ts';
import type { StepRecord } from '../../domain/rollout.ts';
import type { Canvas, Colors } from './canvas.ts';
import { columns, padded } from './columns.ts';
import { cut } from './text.ts';

const before = 3;
const after = 6;

/** One line a step, with what became of it; of a long list the part around the step in force. */
export function stepLines({ steps, phase }: RolloutStatus, { width, colors }: Canvas): string[] {
  const { at, labels, done } = steps;
  const from =
    labels.length <= before + after + 1 ? 0 : Math.max(0, Math.min(at, labels.length - 1) - before);
  const to =
    labels.length <= before + after + 1 ? labels.length : Math.min(labels.length, from + before + after + 1);
  const shown = labels.slice(from, to);
  const column = Math.min(40, Math.max(0, ...shown.map((label) => columns(label))));
  const lines = shown.map((label, index) => {
    const number = from + index + 1;
    const record = done.findLast(({ step }) => step === number);
    const name = `${String(number).padStart(2)}  ${padded(cut(label, column), column)}`;
    const room = width - columns(name) - 6;
    if (record !== undefined) {
      return `  ${signOf(record, colors)} ${name}  ${colors.dim(cut(`${record.ended}: ${record.because}`, room))}`;
    }
    if (index + from === at && phase !== 'ended')
      return `  ${colors.cyan('▶')} ${colors.bold(name)}`.trimEnd();
    return colors.dim(`    ${name}`.trimEnd());
  });
  return [
    ...(from > 0 ? [colors.dim(`     … ${from} before`)] : []),
    ...lines,
    ...(to < labels.length ? [colors.dim(`     … ${labels.length - to} more`)] : []),
  ];
}

function signOf({ ended }: StepRecord, colors: Colors): string {
  if (ended === 'skipped') return colors.dim('-');
  return ended === 'advanced' || ended === 'promoted' ? colors.green('✓') : colors.red('✗');
}

/** Where the step in force is, in words: `4m10s of 5m`, `4m of 5m to 30m`. */
export function bakeText({ baked, min, max }: NonNullable<RolloutStatus['bake']>): string {
  const wanted = min === max || min === 0 ? duration(max) : `${duration(min)} to ${duration(max)}`;
  return `${duration(baked)} of ${wanted}`;
}
