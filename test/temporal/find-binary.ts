/** Run as a process, to be killed: looks for a binary at a site that is slow to give it. */
import { currentPlatform, temporalCli } from '../../src/temporal/artifact.ts';
import { findBinary } from '../../src/temporal/binary.ts';

const [site = '', cacheDir = ''] = process.argv.slice(2);
const archive = {
  urls: { [currentPlatform()]: `${site}/temporal.tar.gz` },
  checksums: `${site}/checksums.txt`,
};
await findBinary(
  { ...temporalCli, archive },
  { given: null, searchPath: [], cacheDir, progress: (line) => process.stdout.write(`${line}\n`) },
);
