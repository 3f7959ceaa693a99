/** What one container says of itself. Pure. */
import type { Seen } from './containers.ts';
import { nameOf } from './inspected.ts';

/** A container without a health check is taken for healthy once it has run for so long (ms). */
const settled = 5_000;

/** A container that was started again so often does not get up by itself. */
const mostRestarts = 3;

/** What an HTTP request to a copy was answered; null: there was none. */
export type Probe = { healthy: true } | { healthy: false; why: string } | null;

export interface CopyState {
  ready: boolean;
  /** Why it is not ready, in a sentence; absent: it is. */
  why?: string;
  /** It will not become so by itself. */
  failed?: true;
}

/** @param probe of the path that the spec gives; it takes the place of the container's own health check */
export function stateOf({ container, now }: Seen, probe: Probe): CopyState {
  const { State, HostConfig } = container;
  const name = nameOf(container);
  const code = String(State.ExitCode);
  const failed = (why: string): CopyState => ({ ready: false, failed: true, why: `${name} ${why}` });
  const waiting = (why: string): CopyState => ({ ready: false, why: `${name} ${why}` });

  if (!State.Running || State.Restarting) {
    if (State.OOMKilled)
      return failed(
        `was killed because it ran out of memory (its limit is ${String(Math.round(HostConfig.Memory / 1024 ** 2))} MiB)`,
      );
    if (State.Error !== '') return failed(`could not be started: ${State.Error}`);
    if (State.Status === 'created') return waiting('is made, but not started yet');
    if (State.Restarting && container.RestartCount < mostRestarts)
      return waiting(`ended with code ${code} and is started again`);
    return failed(
      State.Restarting
        ? `ends each time that it is started, with code ${code}`
        : `does not run: it ended with code ${code}`,
    );
  }
  if (State.Paused) return waiting('is paused');
  if (probe !== null) return probe.healthy ? { ready: true } : waiting(probe.why);
  const { Health } = State;
  if (Health === null || Health === undefined || Health.Status === 'none') {
    const since = now - Date.parse(State.StartedAt);
    // The engine's clock is told to the second.
    return since + 1000 > settled ? { ready: true } : waiting('has not run for 5s yet');
  }
  if (Health.Status === 'healthy') return { ready: true };
  if (Health.Status !== 'unhealthy') return waiting('has not passed its health check yet');
  const last = Health.Log?.at(-1);
  const said =
    last === undefined ? '' : `: code ${String(last.ExitCode)}, ${last.Output.trim().slice(0, 200)}`;
  return failed(`fails its health check${said}`);
}
