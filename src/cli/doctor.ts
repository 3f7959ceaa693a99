import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { examine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { count } from '../text/number.ts';
import { visibleIn } from '../text/visible.ts';
import { exitCodes } from './exit-codes.ts';
import { canvas, print, printJson } from './terminal.ts';
import type { Canvas } from './view/canvas.ts';
import { wrap } from './view/text.ts';

/** `coalmine doctor`: whether all is there that rollouts need, and what mends it. */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look whether all is there that rollouts need, and say what mends it; changes nothing')
    .option('--json', 'one JSON object per finding, one a line')
    .action(async ({ json }: { json?: true }) => {
      const found = { problem: 0, warning: 0, ok: 0 };
      for await (const finding of examine(readConfig())) {
        found[finding.state] += 1;
        if (json) printJson(finding);
        else print(findingLines(finding, canvas()));
      }
      if (!json) print(['', closing(found)]);
      if (found.problem > 0) process.exitCode = exitCodes.problems;
    });
}

function closing({ problem, warning }: { problem: number; warning: number }): string {
  if (problem + warning === 0) return 'All is well.';
  return `${count(problem, 'problem')}, ${count(warning, 'warning')}.`;
}

const signs = { ok: '✓', warning: '!', problem: '✗' } as const;
const indent = 16;

function findingLines(finding: Finding, { colors, width }: Canvas): string[] {
  const { about, state, text, mend } = visibleIn(finding);
  const colour = { ok: colors.green, warning: colors.yellow, problem: colors.red }[state];
  const [first = '', ...rest] = wrap(text, width - indent);
  return [
    `${colour(signs[state])} ${about.padEnd(indent - 3)} ${first}`,
    ...rest.map((line) => ' '.repeat(indent) + line),
    ...mend.map((line) => `${' '.repeat(indent)}${colors.cyan('→')} ${line}`),
  ];
}
