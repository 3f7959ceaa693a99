import { cancellationSignal } from '@temporalio/activity';
import { visibleIn } from '../src/text/visible.ts';
import type { Plan } from '../src/spec/schema.ts';
import { notifierOf, type Outside } from './adapters.ts';
import type { Notice } from './ports.ts';

/** Tells one of the places that the spec names. */
export function notify(outside: Outside) {
  return async ({ to, notice }: { to: Plan['notify'][number]; notice: Notice }): Promise<void> => {
    await notifierOf(to, outside).notify(visibleIn(notice), { signal: cancellationSignal() });
  };
}
