import type { Ending } from '../client.ts';

/** What the exit code of every command says. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  rolledBack: 3,
  aborted: 4,
  specRefused: 5,
  unreachable: 6,
  notThisRollout: 7,
  withoutEffect: 8,
  rolloutFailed: 9,
  problems: 10,
  marginal: 11,
  canaryFails: 12,
  hopeless: 13,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** For `--help` and the documentation, by code. */
export const exitCodeMeanings: Record<ExitCode, string> = {
  0: 'done; the version is promoted, where the command waits for the end',
  1: 'unexpected error',
  2: 'wrong usage',
  3: 'the canary was taken back (rolled-back)',
  4: 'aborted by a person',
  5: 'the spec, or what is to be judged, was refused',
  6: 'the Temporal server could not be reached or used',
  7: 'start: a rollout of the service is already running; otherwise: none is',
  8: 'the message had no effect, or has none yet: paused in Temporal',
  9: 'the rollout failed: abandoned, terminated or timed out',
  10: 'doctor, replay, validate --live: there are problems',
  11: 'judge: the score is marginal',
  12: 'judge: the canary fails',
  13: 'forecast: fewer than half of the clean releases would be promoted without a person',
};

/** What a command that waits for a rollout's end exits with. */
export function exitCodeOf(ending: Ending): ExitCode {
  if (ending.how !== 'completed') {
    return ending.type === 'SpecRefused' ? exitCodes.specRefused : exitCodes.rolloutFailed;
  }
  switch (ending.result.outcome) {
    case 'promoted':
      return exitCodes.ok;
    case 'rolled-back':
      return exitCodes.rolledBack;
    case 'aborted':
      return exitCodes.aborted;
  }
}
