import logUpdate from 'log-update';
import type { Rollouts, Sight } from '../client.ts';
import { shellWord } from '../text/shell-word.ts';
import type { RolloutStatus } from '../domain/status.ts';
import { exitCodeOf, type ExitCode } from './exit-codes.ts';
import { canvas, drawn, print, printJson, say } from './terminal.ts';
import { briefChange, briefLines } from './view/brief.ts';
import { changes, waitingChange } from './view/changes.ts';
import { lastWords } from './view/last-words.ts';
import { rolloutLines } from './view/rollout.ts';

/** Shows what a watcher sees, one sight after the other. */
type Show = (sight: Sight) => void;

/** Shows a rollout until it has ended; the exit code says how. */
export async function follow(
  rollouts: Rollouts,
  service: string,
  { json, firstRunId }: { json: boolean; firstRunId?: string },
): Promise<ExitCode> {
  const live = !json && process.stdout.isTTY;
  const show = json ? jsonLines() : live ? liveView() : plainLines();
  const stopped = (): void => {
    say(['', `The rollout goes on. Watch it again: coalmine watch ${shellWord(service)}`]);
    process.exit(130);
  };
  process.once('SIGINT', stopped);
  try {
    for await (const sight of rollouts.watch(service, firstRunId)) {
      show(sight);
      if (sight.kind === 'unreachable' || sight.ending === null) continue;
      if (live) logUpdate.done();
      if (!json) print(lastWords(service, sight, canvas()));
      return exitCodeOf(sight.ending);
    }
    throw new Error(`The watch over ${service} stopped before the rollout had ended.`);
  } finally {
    process.off('SIGINT', stopped);
  }
}

function liveView(): Show {
  let last: string[] = [];
  return (sight) => {
    const on = canvas();
    if (sight.kind === 'unreachable') {
      logUpdate(drawn([...last, on.colors.yellow(unreachable(sight.why))]).join('\n'));
      return;
    }
    last =
      sight.kind === 'full'
        ? rolloutLines(sight.status, on, sight.waiting)
        : briefLines(sight.brief, sight.why, on);
    logUpdate(drawn(last).join('\n'));
  };
}

function plainLines(): Show {
  let before: RolloutStatus | null = null;
  let waited = false;
  let lastLine = '';
  return (sight) => {
    const lines =
      sight.kind === 'full'
        ? [...changes(before, sight.status), ...(waited ? [] : waitingChange(sight.waiting))]
        : [sight.kind === 'brief' ? briefChange(sight.brief, sight.why) : unreachable(sight.why)];
    if (sight.kind === 'full') [before, waited] = [sight.status, sight.waiting !== null];
    const news = sight.kind === 'full' ? lines : lines.filter((line) => line !== lastLine);
    lastLine = lines.at(-1) ?? lastLine;
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    print(news.map((line) => `${time} ${line}`));
  };
}

function jsonLines(): Show {
  let before = '';
  return (sight) => {
    const now = JSON.stringify(sight, (key, value: unknown) => (clocks.has(key) ? null : value));
    if (now !== before) printJson({ at: new Date().toISOString(), ...sight });
    before = now;
  };
}

/** What only counts up is no change. */
const clocks = new Set(['baked', 'since', 'spent']);

function unreachable(why: string): string {
  return `The Temporal server does not answer (${why}); trying again. The rollout goes on without this watcher.`;
}
