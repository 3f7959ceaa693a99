import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user's `docker` command is not there, or did not do what was asked; the message has its own words. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
}

/**
 * What the `docker` command of this user prints: so it speaks to the engine that its user speaks to.
 *
 * @param within milliseconds
 * @throws DockerError
 */
export async function docker(args: readonly string[], within = 30_000): Promise<string> {
  try {
    return (await run('docker', args, { timeout: within, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
    throw new DockerError(
      code === 'ENOENT'
        ? 'There is no command docker on PATH, by which containers are looked up: install it'
        : `docker ${args.join(' ')}: ${(stderr?.trim() || message).split('\n').join(' ')}`,
      { cause: error },
    );
  }
}
