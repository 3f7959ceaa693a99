import { once } from 'node:events';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import type { TLSConfig } from '@temporalio/client';
import type { ServerLocation } from './location.ts';

/** Why there is no talking to a server: what follows a colon; and what to do, in a sentence. */
export interface Obstacle {
  why: string;
  remedy: string;
}

/**
 * Shakes hands with a server that accepts connections but does not answer, as its client would: gRPC keeps what
 * goes wrong there to itself. Null where TLS is not what is in the way.
 */
export async function tlsObstacle(
  address: string,
  tls: ServerLocation['options']['tls'],
): Promise<Obstacle | null> {
  if (!tls) return (await shakeHands(address, {})).isTls ? wantsTls : null;
  const settings = tls === true ? {} : tls;
  const { failure, isTls } = await shakeHands(address, settings);
  if (failure === null) return null;
  const { by, text } = failure;
  switch (by) {
    case 'own':
      return {
        why: `the client certificate or its key cannot be used (${text})`,
        remedy: `Set ${clientPair} to a certificate and its key in PEM.`,
      };
    case 'client':
      return text === otherName
        ? {
            why: 'its certificate is for another name',
            remedy: 'Set TEMPORAL_TLS_SERVER_NAME to a name that it is for.',
          }
        : {
            why: `its certificate is not trusted (${text})`,
            remedy:
              'Set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the certificate of the authority that signed it.',
          };
    case 'server': {
      if (!isTls)
        return {
          why: 'it does not speak TLS',
          remedy:
            'Set TEMPORAL_TLS=false, or leave out TEMPORAL_TLS… and TEMPORAL_API_KEY, or their like in the profile.',
        };
      const shown =
        settings.clientCertPair === undefined
          ? 'wants a client certificate'
          : 'refuses the client certificate';
      return { why: `it ${shown} (${text})`, remedy: `Set ${clientPair} to one that it trusts.` };
    }
  }
}

const clientPair = 'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';

const wantsTls: Obstacle = {
  why: 'it wants TLS',
  remedy:
    'Set TEMPORAL_TLS=true, TEMPORAL_TLS_SERVER_CA_CERT_PATH where an authority of your own signed its certificate, ' +
    `and ${clientPair} where it wants to know who calls.`,
};

/** What Node calls a certificate that is for another name. */
const otherName = 'ERR_TLS_CERT_ALTNAME_INVALID';

interface Handshake {
  /** What spoilt it: our own certificate, our distrust of the server's, or the server's refusal. */
  failure: { by: 'own' | 'client' | 'server'; text: string } | null;
  /** Whether what came from the server was TLS. */
  isTls: boolean;
}

/** How long a server may take for its part (ms). */
const patience = 2_000;

/** A server that refuses a client's certificate does so within this time after the handshake (ms). */
const refusalWithin = 500;

async function shakeHands(address: string, settings: TLSConfig): Promise<Handshake> {
  let socket: TLSSocket;
  try {
    socket = dialTls(address, settings);
  } catch (error) {
    return { failure: { by: 'own', text: reasonOf(error) }, isTls: false };
  }
  let isTls = false;
  try {
    const gone = once(socket, 'close').then(() => Promise.reject(new Error('it hung up')));
    const late = sleep(patience, 'late' as const, { ref: false });
    const first = await Promise.race([once(socket, 'secureConnect'), gone, late]);
    // Silence has other causes.
    if (first === 'late') return { failure: null, isTls };
    isTls = true;
    // Typed as an error, but for most causes it is Node's code for them.
    const distrust = socket.authorizationError as unknown as string | undefined;
    if (distrust) return { failure: { by: 'client', text: distrust }, isTls };
    await Promise.race([gone, sleep(refusalWithin)]);
    return { failure: null, isTls };
  } catch (error) {
    const text = reasonOf(error);
    return { failure: { by: 'server', text }, isTls: isTls || text.includes(' alert ') };
  } finally {
    socket.destroy();
  }
}

function dialTls(
  address: string,
  { serverRootCACertificate, clientCertPair, serverNameOverride }: TLSConfig,
): TLSSocket {
  const { hostname, port } = new URL(`tcp://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const servername = serverNameOverride ?? host;
  const socket = connect({
    host,
    port: Number(port || 7233),
    ALPNProtocols: ['h2'],
    // It is read afterwards what was wrong.
    rejectUnauthorized: false,
    ...(isIP(servername) === 0 && { servername }),
    ...(serverRootCACertificate && { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
  });
  // Whoever waits is told; afterwards nobody needs to be.
  return socket.on('error', () => undefined);
}

/** OpenSSL's own words where it has any. */
function reasonOf(error: unknown): string {
  const { reason, message } = error as Error & { reason?: string };
  return reason ?? message;
}
