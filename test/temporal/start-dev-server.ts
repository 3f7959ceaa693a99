/** Run as a process: starts the dev server of a directory, says what it got, and exits. */
import { startDevServer } from '../../src/temporal/dev-server.ts';
import { temporalPath } from '../support/binaries.ts';

const [directory = ''] = process.argv.slice(2);
const server = await startDevServer({ directory, binary: temporalPath, progress: () => undefined });
process.stdout.write(JSON.stringify(server));
