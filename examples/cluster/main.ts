/** `npm run cluster -- up | down | status`: a Kubernetes node on this machine, as docs/cluster.md describes it. */
import { buildPrograms } from './build.ts';
import { Node } from './node.ts';
import { parts } from './parts.ts';
import { addresses, folder, kubeconfig, name } from './place.ts';
import { processes } from './room.ts';

const [, , verb] = process.argv;
if (verb === 'up') await up();
else if (verb === 'down') await new Node('').down();
else if (verb === 'status') await status();
else {
  console.error('Usage: npm run cluster -- up | down | status');
  process.exitCode = 2;
}

async function up(): Promise<void> {
  const programs = await buildPrograms();
  const began = Date.now();
  await new Node(programs).up();
  console.log(`up after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await status();
}

async function status(): Promise<void> {
  const running = await processes();
  for (const part of parts) {
    const found = running.find((process) => process.name === part);
    const state = found ? `pid ${String(found.pid)}, ${mebibytes(found.memory)}` : 'does not run';
    console.log(`${part.padEnd(24)}${state}`);
    if (!found) process.exitCode = 1;
  }
  const memory = running.reduce((sum, process) => sum + process.memory, 0);
  console.log(`${'all, without pods'.padEnd(24)}${mebibytes(memory)}`);
  console.log(`kubeconfig              ${kubeconfig}, context ${name}`);
  for (const [of, address] of Object.entries(addresses)) console.log(`${of.padEnd(24)}${address}`);
  console.log(`logs                    ${folder}/logs`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
