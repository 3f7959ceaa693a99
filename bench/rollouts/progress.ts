import { minutesAndSeconds } from '../judge/progress.ts';
import { qualities } from './releases.ts';
import { isSurprising } from './report.ts';
import type { Run } from './run.ts';

/** Says on standard error how far the rollouts are, each tenth of a minute at most, and at once what ended wrongly. */
export function progressOf(
  all: number,
  atOnce: number,
): {
  say: (line: string) => void;
  end: (run: Run) => void;
} {
  const began = performance.now();
  const ended = new Map<string, number>();
  let [done, said] = [0, 0];
  const say = (line: string): void => {
    console.error(`${minutesAndSeconds(performance.now() - began).padStart(5)}  ${line}`);
  };
  return {
    say,
    end(run) {
      const what = `${qualities[run.quality].title} ${run.end}`;
      ended.set(what, (ended.get(what) ?? 0) + 1);
      done += 1;
      if (isSurprising(run)) say(`${run.service}, release ${run.release}, ${what}: ${run.cause}`);
      if (performance.now() - said < 6_000 && done < all) return;
      said = performance.now();
      const ends = [...ended].sort().map(([text, count]) => `${count} ${text}`);
      say(`${done} of ${all} done, ${Math.min(atOnce, all - done)} under way: ${ends.join(', ')}`);
    },
  };
}
