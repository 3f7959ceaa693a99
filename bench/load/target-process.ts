import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Behaviour, Seen } from './seen.ts';

/** `target.ts` as it runs. */
export interface Target {
  url: string;
  /** Forgets what was seen, and behaves like this from now on. */
  begin: (behaviour: Behaviour) => Promise<void>;
  seen: () => Promise<Seen>;
  end: () => void;
}

export async function startTarget(): Promise<Target> {
  const child = fork(fileURLToPath(new URL('target.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  const answer = async <Answer>(order?: Behaviour | 'tell'): Promise<Answer> => {
    const told = once(child, 'message') as Promise<[Answer]>;
    if (order !== undefined) child.send(order);
    return (await told)[0];
  };
  const url = await answer<string>();
  return {
    url,
    begin: async (behaviour) => {
      await answer(behaviour);
    },
    seen: () => answer('tell'),
    end: () => child.disconnect(),
  };
}
