import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour, Seen } from './seen.ts';
import type { Settings } from './options.ts';
import type { Target } from './target-process.ts';
import type { Ask, Tool } from './tools/tool.ts';

/** What every stage gets. */
export interface Bench {
  target: Target;
  /** Those that are there. */
  tools: readonly Tool[];
  settings: Settings;
  /** Says what comes next. */
  say: (line: string) => void;
}

/** A stage's part of the page, in lines of Markdown. */
export type Stage = (bench: Bench) => Promise<string[]>;

/** One run against the target, in peace: what was told by who loaded it, beside what the target has seen. */
export async function loaded<Told>(
  { target }: Bench,
  behaviour: Behaviour,
  ask: Omit<Ask, 'url'>,
  load: (ask: Ask) => Promise<Told>,
): Promise<{ told: Told; seen: Seen }> {
  await target.begin(behaviour);
  const told = await load({ ...ask, url: target.url });
  const seen = await target.seen();
  await delay(250);
  return { told, seen };
}
