import { execFile } from 'node:child_process';

/** Runs a program to its end, and returns what it wrote to its standard output. */
export function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')} failed: ${stderr.trim() || error.message}`));
    });
  });
}

/** Whether a program is on the PATH. */
export function isThere(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, ['-h'], (error) => {
      resolve(error?.code !== 'ENOENT');
    });
  });
}
