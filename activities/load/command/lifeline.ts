import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Seconds from SIGTERM to SIGKILL. */
const patience = 3;

/**
 * Reads the id of a process group, and then waits. If its input ends with nothing said (which it does when the
 * process that holds the other end has died, however that died) it ends the group and removes the directory.
 */
const watch = `
if read -r group; then
  read -r over && exit
  kill -s TERM -- "-$group" && sleep ${String(patience)} && kill -s KILL -- "-$group"
fi
rm -rf -- "$1"`;

/** What outlives this process for as long as it takes to end what this process has started. */
export interface Lifeline {
  /** Ends this group should this process die. */
  hold: (group: number) => void;
  /** All is over: there is nothing left to end. */
  release: () => void;
}

/** Starts it. Rejects where there is no `/bin/sh`. */
export async function startLifeline(directory: string): Promise<Lifeline> {
  const child = spawn('/bin/sh', ['-c', watch, 'coalmine-lifeline', directory], {
    cwd: '/',
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Somebody else may end it at any time.
  child.stdin.on('error', () => undefined);
  await once(child, 'spawn');
  return {
    hold: (group) => child.stdin.write(`${String(group)}\n`),
    release: () => child.stdin.end('over\n'),
  };
}
