import { z } from 'zod';
import { line, secret } from './values.ts';

/** How TLS is spoken with a server; each certificate and key is a secret of the worker. */
export const tls = z
  .strictObject({
    ca: secret
      .optional()
      .describe('The certificates of the authorities that are trusted in place of the usual'),
    cert: secret.optional().describe("The worker's own certificate"),
    key: secret.optional().describe('Its key'),
    serverName: line(200).optional().describe('The name that the certificate of the server must have'),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'both cert and key, or neither')
  .describe('In PEM, each in a secret of the worker');

export type TlsPlan = z.output<typeof tls>;
