import { spawn } from 'node:child_process';
import process from 'node:process';

// A program that is not Node, for no longer than this process: which ends when the demo does, however that died.
const [path, ...args] = process.argv.slice(2);
const program = spawn(path, args, { stdio: ['ignore', 'ignore', 'inherit'] });
program.once('error', (error) => {
  process.stderr.write(`${path}: ${error.message}\n`);
  process.exit(1);
});
program.once('exit', (code) => process.exit(code ?? 1));
program.once('spawn', () => process.stdout.write(`${JSON.stringify({ pid: program.pid })}\n`));
process.once('exit', () => program.kill('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
