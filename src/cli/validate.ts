import type { Command } from 'commander';
import { readSpec } from './spec-file.ts';
import { canvas, print, printJson } from './terminal.ts';
import { planLines } from './view/plan.ts';

/** `coalmine validate`: whether a file would be accepted, and what would be done. */
export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('Check a file without starting anything, and show the plan')
    .argument('<file>', "a rollout's YAML file")
    .option('--release <version>', 'the version to release; the file may then leave it out')
    .option('--json', 'the completed plan in JSON')
    .action(async (file: string, { release, json }: { release?: string; json?: true }) => {
      const { plan } = await readSpec(file, release);
      if (json) printJson(plan);
      else
        print([
          ...planLines(plan, canvas()),
          '',
          `ok. Next: coalmine start ${file}${release === undefined ? '' : ` --release ${release}`}`,
        ]);
    });
}
