import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Cell } from './cells.ts';
import type { Signal } from './observed.ts';
import type { Verdict } from './rules/rule.ts';

/** Which cell it is. */
type Place = Pick<Cell, 'world' | 'effect' | 'signal' | 'rule'>;

/** What a rule said of runs of one world and effect, run by run, and the day on which it was asked. */
export interface KeptVerdicts {
  rule: string;
  signal: Signal;
  on: string;
  verdicts: readonly Verdict[];
}

/** Verdicts of earlier runs of the benchmark. */
export type Kept = ReadonlyMap<string, KeptVerdicts>;

/**
 * Reads what earlier runs wrote into these directories; where two have the same cell, the later directory counts.
 *
 * @param seed with which they have to have been run
 * @throws {Error} with the directory, where there are no verdicts or they are of another seed
 */
export async function keptIn(directories: readonly string[], seed: number): Promise<Kept> {
  const kept = new Map<string, KeptVerdicts>();
  for (const directory of directories) {
    const path = join(directory, 'verdicts.json.gz');
    const written = JSON.parse(gunzipSync(await readFile(path)).toString()) as {
      seed: number;
      cells: (Place & { on?: string; failedAt: string; passedAt: string })[];
    };
    if (written.seed !== seed)
      throw new Error(`${path} is of seed ${written.seed}, expected ${seed}: give --seed ${written.seed}`);
    for (const { world, effect, signal, rule, on = 'an earlier day', failedAt, passedAt } of written.cells) {
      const [failed, passed] = [failedAt.split(','), passedAt.split(',')];
      const verdicts = failed.map((text, run) => ({ failedAt: tickOf(text), passedAt: tickOf(passed[run]) }));
      kept.set(keyOf({ world, effect, signal, rule }), { rule, signal, on, verdicts });
    }
  }
  return kept;
}

/** The verdicts on some runs of a world and effect; none of a rule that was not asked about all of them. */
export function keptOf(
  kept: Kept,
  { world, effect, from, to }: { world: string; effect: string; from: number; to: number },
  places: readonly { rule: string; signal: Signal }[],
): KeptVerdicts[] {
  return places.flatMap((place) => {
    const found = kept.get(keyOf({ world, effect, ...place }));
    if (found === undefined || found.verdicts.length < to) return [];
    return [{ ...found, verdicts: found.verdicts.slice(from, to) }];
  });
}

function keyOf({ world, effect, signal, rule }: Place): string {
  return [world, effect, signal, rule].join();
}

/** Empty where there was no such verdict. */
function tickOf(text = ''): number | null {
  return text === '' ? null : Number(text);
}
