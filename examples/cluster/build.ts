import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The folder with the programs of a node, which are built if they are not there: some ten minutes on two cores, once. */
export async function buildPrograms(): Promise<string> {
  const script = fileURLToPath(new URL('build.sh', import.meta.url));
  const build = spawn(script, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed, [code]] = await Promise.all([text(build.stdout), once(build, 'exit') as Promise<[number]>]);
  if (code !== 0) throw new Error(`${script} ended with exit code ${String(code)}`);
  return printed.trim();
}
