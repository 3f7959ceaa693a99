import type { DockerTarget } from '../../../src/spec/docker.ts';

/** Where an engine is reached. */
export interface EnginePlace {
  /** Of a request, without its path. The host means nothing where there is a socket. */
  url: string;
  /** The path of its Unix domain socket; null: TCP with TLS. */
  socket: string | null;
  /** For people. */
  shown: string;
}

const unix = 'unix://';

export function placeOf({ engine }: Pick<DockerTarget, 'engine'>): EnginePlace {
  if (engine.startsWith(unix)) {
    const socket = engine.slice(unix.length);
    return { url: 'http://docker', socket, shown: socket };
  }
  const url = engine.replace(/^tcp:/, 'https:');
  return { url, socket: null, shown: new URL(url).host };
}
