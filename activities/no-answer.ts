/** Why a request got no answer, and what a person can do about it. */

interface Why {
  found: string;
  todo: string;
}

/** Whether a request was cut off because the time of the effect that it belongs to is over: that one ends by saying why. */
export function isOutOfTime(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** No connection came about, so nothing was asked. */
const unconnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Whether the request may have reached the other side. */
export function mayHaveArrived(error: unknown): boolean {
  return !unconnected.includes((error as NodeJS.ErrnoException).code ?? '');
}

const reach = 'see that it runs and can be reached from where the worker runs';

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed before its end',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host could not be looked up',
};

const untrusted: Why = {
  found: 'its certificate is not signed by an authority that is trusted',
  todo: 'the worker has to know its authority, by tls (ca) of a prometheus, or by NODE_EXTRA_CA_CERTS where it runs',
};

/** What TLS says, by Node's codes. */
const certificates: Record<string, Why> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: {
    found: 'its certificate is over',
    todo: 'it has to be renewed there, if the clock is right where the worker runs',
  },
  CERT_NOT_YET_VALID: {
    found: 'its certificate is not valid yet',
    todo: 'see whether the clocks are right, there and where the worker runs',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    found: 'its certificate is for another name',
    todo: 'ask it by that name, in the url or by tls (serverName) of a prometheus',
  },
};

/** The other side ended the handshake because of the certificate that it got, or did not get. */
const certificateRefused = /alert (bad certificate|certificate required|unknown ca|certificate unknown)/;

const noTls = /wrong version number/;

/** @returns both for people; `found` may quote what another machine said */
export function whyNoAnswer(error: unknown): Why {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const known = certificates[code];
  if (known !== undefined) return { ...known, found: `${known.found}: ${message}` };
  if (certificateRefused.test(message)) {
    return {
      found: "it does not take the worker's certificate",
      todo: 'a prometheus may have one, by tls (cert and key), of an authority that it trusts',
    };
  }
  if (noTls.test(message)) {
    return { found: 'no TLS is spoken there', todo: 'its url may have to begin with http://' };
  }
  const reason = reasons[code];
  const found = message === '' ? code : message;
  return { found: reason === undefined ? found : `${reason}: ${found}`, todo: reach };
}
