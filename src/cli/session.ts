import { Rollouts } from '../client.ts';
import { readConfig } from '../config.ts';
import { connectClient } from '../temporal/client-connection.ts';

/** A command's connection to the server. */
export interface Session {
  rollouts: Rollouts;
  /** The page of one run in the Web UI; null where its address is not known. */
  webUi: (rollout: string, runId: string) => string | null;
}

/** Connects to the server that the environment names, or that `coalmine dev` runs, for as long as `use` takes. */
export async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const { client, connection, namespace, ui } = await connectClient(readConfig());
  const webUi = (rollout: string, runId: string): string | null =>
    ui === null ? null : `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(rollout)}/${runId}`;
  try {
    return await use({ rollouts: new Rollouts(client), webUi });
  } finally {
    await connection.close();
  }
}
