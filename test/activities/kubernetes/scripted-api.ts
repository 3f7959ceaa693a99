import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { createGrants } from '../../../activities/grants.ts';
import { forgetAccess } from '../../../activities/kubernetes/access.ts';
import { createCluster, type Cluster } from '../../../activities/kubernetes/cluster.ts';
import { readConfig } from '../../../src/config.ts';

type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/**
 * Something in the place of an API server that answers as it is told: what a real one does too seldom. Until the end of the
 * test the worker's kubeconfig has it as the context `scripted`.
 *
 * @param user of the kubeconfig, as YAML
 */
export async function scriptedApi(answering: Answering, user = '{ token: first }'): Promise<Cluster> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answering(request, response, body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  useKubeconfig(`http://127.0.0.1:${String(port)}`, user);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return createCluster('scripted', 'shop', createGrants(readConfig({ COALMINE_ALLOW_NAMESPACES: '*/shop' })));
}

/** Until the end of the test. */
export function useKubeconfig(server: string, user: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-kubeconfig-'));
  const file = join(folder, 'config');
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
clusters: [{ name: one, cluster: { server: '${server}', insecure-skip-tls-verify: true } }]
users: [{ name: worker, user: ${user} }]
contexts: [{ name: scripted, context: { cluster: one, user: worker } }]
current-context: scripted
`,
  );
  vi.stubEnv('KUBECONFIG', file);
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
    forgetAccess('scripted');
    forgetAccess('');
  });
}
