/**
 * Load generators side by side, against one target on this machine: whether the rate is held, what they add to the time
 * that the target took, and what they see of a target that stands still. Run by `npm run bench:load`; takes six minutes.
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Bench } from './bench.ts';
import { settingsOf, usage } from './options.ts';
import { delayAdded } from './stages/delay-added.ts';
import { rateHeld } from './stages/rate-held.ts';
import { standstill } from './stages/stall.ts';
import { tooMuch } from './stages/too-much.ts';
import { startTarget } from './target-process.ts';
import { tools } from './tools/registry.ts';

const args = process.argv.slice(2);
const settings = read();
const began = performance.now();
const target = await startTarget();
try {
  const { there, missing } = await lookAround();
  for (const line of missing) console.error(line);
  const bench: Bench = {
    target,
    tools: there,
    settings,
    say: (line) => console.error(`${clock(performance.now() - began)}  ${line}`),
  };
  const page: string[] = [];
  for (const stage of [rateHeld, delayAdded, standstill, tooMuch]) page.push(...(await stage(bench)), '');
  page.push(...missing.flatMap((line) => [line, '']), ...facts());
  console.log(`\n${page.join('\n')}`);
  if (settings.out !== undefined) await writeFile(settings.out, `${page.join('\n')}\n`);
} finally {
  target.end();
}

function read() {
  try {
    const found = settingsOf(args);
    if (found !== 'help') return found;
    console.log(usage);
    process.exit();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

/** Which tools are there, and how to get the others. */
async function lookAround(): Promise<{ there: typeof tools; missing: string[] }> {
  const found = await Promise.all(tools.map(async (tool) => ({ tool, howToGet: await tool.missing() })));
  return {
    there: found.flatMap(({ tool, howToGet }) => (howToGet === null ? [tool] : [])),
    missing: found.flatMap(({ tool, howToGet }) =>
      howToGet === null ? [] : [`${tool.name} is missing, so its lines are. To get it: ${howToGet}`],
    ),
  };
}

function facts(): string[] {
  const processors = cpus();
  return [
    `Node ${process.version}, ${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), ` +
      `${clock(performance.now() - began)} minutes. Again: \`npm run bench:load${args.length === 0 ? '' : ` -- ${args.join(' ')}`}\``,
    `(rates ${settings.rates.join(', ')}/s, ${settings.seconds} s, ${settings.connections} connections; nothing is drawn at ` +
      'random). Load, target and tools share the machine: what the cores have to spare is part of each figure.',
  ];
}

/** `2:05` of milliseconds. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
