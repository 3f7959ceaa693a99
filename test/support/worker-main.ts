/** Run as a process, to be killed: a worker with every adapter, on workflows that are bundled already. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readConfig } from '../../src/config.ts';
import { connectWorker } from '../../src/temporal/worker-connection.ts';
import { createWorkers, outsideOf } from '../../src/worker.ts';

// Its standard input is a pipe from the test's process: should that die, this ends too.
process.stdin.once('close', () => process.exit()).resume();

const [codePath = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const config = readConfig();
const server = await connectWorker(config);
const workers = await createWorkers(server, config, outsideOf(config), { workflowBundle: { codePath } });
const runs = workers.map((worker) => worker.run());
console.log(process.pid);
await Promise.all(runs);
