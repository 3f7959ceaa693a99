import { isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';
import { CommanderError } from 'commander';
import { AlreadyRunning, isUnreachable, NotRunning, RolloutFailed } from '../client.ts';
import { ClusterError } from '../cluster-api.ts';
import { ConfigError } from '../config.ts';
import { DockerError } from '../docker-command.ts';
import { KayentaRefused, KayentaThrows, type Refusal } from '../judge/kayenta/errors.ts';
import { visible } from '../text/visible.ts';
import { UndecryptableError } from '../payloads/codec.ts';
import { SpecError } from '../spec/parse.ts';
import { BinaryNotFoundError } from '../temporal/binary.ts';
import { DevServerError } from '../temporal/dev-server.ts';
import { MissingSearchAttributesError } from '../temporal/search-attributes.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { FileError } from './input-file.ts';

/** What the CLI says of an error. */
export interface Report {
  exitCode: ExitCode;
  name: string;
  /** For people: what was found, and what to do. */
  message: string;
  /** Of a refused spec: its problems, up to a hundred. */
  problems?: SpecError['problems'];
  /** How many more there are, if any. */
  more?: number;
  /** Of measurements that the strict judge does not judge: each reason. */
  refusals?: readonly Refusal[];
}

/** What an error that ended a command means to whoever called it. */
export function reportOf(error: unknown): Report {
  if (!(error instanceof Error))
    return { exitCode: exitCodes.unexpected, name: 'Error', message: String(error) };
  const exitCode = codeOf(error);
  const { name, message } = error;
  if (exitCode === exitCodes.unexpected) return { exitCode, name, message: unexpected(error) };
  if (error instanceof SpecError) {
    const { problems, more } = error;
    return { exitCode, name, message, problems, ...(more > 0 ? { more } : {}) };
  }
  if (error instanceof KayentaRefused) return { exitCode, name, message, refusals: error.refusals };
  if (isOfSeveralLines(error)) return { exitCode, name, message };
  return {
    exitCode,
    name,
    message: visible(error instanceof NamespaceNotFoundError ? noNamespace(message) : message),
  };
}

/** The lines of their messages are ours; in any other a line break is somebody else's. */
function isOfSeveralLines(error: Error): boolean {
  if (error instanceof RolloutFailed) return error.ending.type === 'SpecRefused';
  return ofSeveralLines.some((kind) => error instanceof kind);
}

const ofSeveralLines = [ConfigError, MissingSearchAttributesError, DevServerError, BinaryNotFoundError];

function codeOf(error: Error): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (usage.some((kind) => error instanceof kind)) return exitCodes.usage;
  if (refused.some((kind) => error instanceof kind)) return exitCodes.specRefused;
  if (error instanceof AlreadyRunning || error instanceof NotRunning) return exitCodes.notThisRollout;
  if (error instanceof RolloutFailed) return exitCodeOf(error.ending);
  if (noServer.some((kind) => error instanceof kind) || isUnreachable(error)) return exitCodes.unreachable;
  return exitCodes.unexpected;
}

const usage = [FileError, ConfigError, DockerError, ClusterError, UndecryptableError];

const refused = [SpecError, KayentaRefused, KayentaThrows];

const noServer = [NamespaceNotFoundError, MissingSearchAttributesError, DevServerError, BinaryNotFoundError];

function noNamespace(message: string): string {
  return `${message}. Create it, or set TEMPORAL_NAMESPACE to one that is there.`;
}

/** The server's own words where it refused a request, and the stack of what nobody expected. */
function unexpected(error: Error): string {
  if (!isGrpcServiceError(error.cause)) return withPlaces(error);
  const { details } = error.cause;
  const advice = details.includes('search attribute')
    ? ' Coalmine\'s search attributes are missing: "coalmine worker" prints the commands that register them.'
    : '';
  return visible(`${error.message}: ${details}.${advice}`);
}

/** What an error says, on one line, and where it was thrown. */
function withPlaces({ name, message, stack = '' }: Error): string {
  const at = stack.indexOf('\n    at ');
  return `${visible(`${name}: ${message}`)}${at === -1 ? '' : stack.slice(at)}`;
}
