/** Run as a process, to be killed: looks for a binary at a site that is slow to give it. */
import { currentPlatform, temporalCli } from '../../src/temporal/artifact.ts';
import { findBinary } from '../../src/temporal/binary.ts';

const [site = '', cacheDir = ''] = process.argv.slice(2);
const pinned = { url: `${site}/temporal.tar.gz`, sha256: 'never compared' };
await findBinary(
  { ...temporalCli, archives: { [currentPlatform()]: pinned } },
  { given: null, searchPath: [], cacheDir, progress: (line) => process.stdout.write(`${line}\n`) },
);
