/** TLS before a dev server, which has none: a gateway that asks for client certificates, for API keys, or for both. */
import { once } from 'node:events';
import {
  connect,
  constants,
  createSecureServer,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { CertifiedKey } from './certificates.ts';

interface Demands {
  /** Of the gateway itself. */
  server: CertifiedKey;
  /** The authority (PEM) whose client certificates are let in; without it nobody is asked for one. */
  clientsOf?: string;
  /** The one API key that is let in; without it none is asked for. */
  apiKey?: string;
}

export interface SecureGateway {
  /** By number: not every machine knows the name localhost. */
  address: string;
  /** Who called, by the name in the client certificate, and what each call brought as its authorization. */
  callers: Set<string>;
  authorizations: Set<string>;
  close: () => Promise<void>;
}

/** Opens one before a server that speaks plain gRPC. */
export async function openSecureGateway(
  behind: string,
  { server: { certificate, key }, clientsOf, apiKey }: Demands,
): Promise<SecureGateway> {
  const callers = new Set<string>();
  const authorizations = new Set<string>();
  const server = createSecureServer({
    cert: certificate,
    key,
    ...(clientsOf !== undefined && { ca: clientsOf, requestCert: true, rejectUnauthorized: true }),
  });
  const upstream = connect(`http://${behind}`);
  server.on('secureConnection', (socket: TLSSocket) => {
    // Typed as always there: a client without a certificate has no subject.
    const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
    callers.add(String(subject?.CN ?? 'nobody'));
  });
  server.on('stream', (stream, headers) => {
    const { authorization } = headers;
    if (authorization !== undefined) authorizations.add(authorization);
    if (apiKey === undefined || authorization === `Bearer ${apiKey}`)
      forward(stream, upstream.request({ ...headers, ':scheme': 'http' }));
    else stream.respond({ ...refused, 'grpc-message': 'Request unauthorized.' }, { endStream: true });
  });
  server.on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sessions = new Set<{ destroy: () => void }>();
  server.on('session', (session) => sessions.add(session));
  return {
    address: `127.0.0.1:${String(port)}`,
    callers,
    authorizations,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const refused = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' };

/** Both ways, with the trailers in which gRPC says how it went. */
function forward(stream: ServerHttp2Stream, request: ClientHttp2Stream): void {
  let trailers: IncomingHttpHeaders = {};
  stream.on('error', () => undefined);
  stream.on('close', () => {
    request.close();
  });
  request.on('error', () => {
    stream.close();
  });
  request.on('trailers', (sent: IncomingHttpHeaders) => {
    trailers = sent;
  });
  request.on('response', (headers, flags) => {
    if (stream.destroyed) return;
    const isWhole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(headers, isWhole ? { endStream: true } : { waitForTrailers: true });
    if (isWhole) return;
    stream.on('wantTrailers', () => {
      stream.sendTrailers(trailers);
    });
    request.pipe(stream);
  });
  stream.pipe(request);
}
