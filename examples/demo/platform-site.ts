import { freePort } from '../../src/temporal/ports.ts';
import { runPlatform, type Surroundings } from './programs.ts';
import { stableVersion, type Ends, type Site } from './site.ts';

/** Starts the example platform: three copies behind a front door, as processes. */
export async function platformSite(around: Surroundings, ends: Ends, withPrometheus: boolean): Promise<Site> {
  const ports = ['--port', String(await freePort(4001)), '--front-port', String(await freePort(4000))];
  const platform = runPlatform(['--stable', stableVersion, '--directory', 'platform', ...ports], around);
  ends.push(() => platform.end());
  const { control, front } = (await platform.ready()) as { control: string; front: string };
  return {
    front,
    about: `${stableVersion} serves at ${front}, three copies behind a front door`,
    scraped: withPrometheus ? { name: 'the platform', url: control } : null,
    spec: withPrometheus ? 'rollout-prometheus.yaml' : 'rollout.yaml',
    places: { 'http://127.0.0.1:4001': control },
    environment: {},
  };
}
