import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What a process was started with, its arguments separated by spaces; null if there is no such process. By
 * it a process is told from a stranger that got the same id later.
 */
export async function commandLine(pid: number): Promise<string | null> {
  const line = await (process.platform === 'linux' ? fromProc(pid) : fromSystem(pid));
  return line.trim() || null;
}

async function fromProc(pid: number): Promise<string> {
  // A process that has gone has no such file; one that nobody has reaped has an empty one.
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ');
}

async function fromSystem(pid: number): Promise<string> {
  const [command, ...rest] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          '-NoProfile',
          '-Command',
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ]
      : ['ps', '-ww', '-o', 'args=', '-p', String(pid)];
  // ps fails where there is no such process.
  const { stdout } = await run(command, rest).catch(() => ({ stdout: '' }));
  return stdout;
}
