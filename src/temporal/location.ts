import type { ClientConnectConfig } from '@temporalio/envconfig';

/** Which Temporal server to talk to, and who says so. */
export interface ServerLocation {
  address: string;
  namespace: string;
  /** URL of its Web UI, where that is known. */
  ui: string | null;
  /** Where the address comes from, to be read after `from`. */
  source: string;
  /** Address, TLS, API key and metadata, as both kinds of connection take them. */
  options: Pick<ClientConnectConfig['connectionOptions'], 'address' | 'tls' | 'apiKey' | 'metadata'>;
}
