/** What a secret looks like where somebody else wrote it. */

/** Values and parts shorter than this are not hidden: they are in too much that is no secret. */
export const shortestHidden = 4;

/** A part of a cookie or of a URL is hidden only from this length on: shorter ones are mostly plain words. */
const shortestPart = 8;

/** How a secret may be written in an answer: whole or in part, plain or encoded. */
export function formsOf(secret: string): Set<string> {
  const parts = partsOf(secret).filter((part) => part.length >= shortestHidden);
  const forms = new Set(parts.flatMap((part) => [part, ...encodings(part)]));
  for (const form of [...forms]) {
    const once = jsonText(form);
    for (const escaped of [once, jsonText(once), once.replaceAll('/', '\\/'), asciiJson(form)])
      forms.add(escaped);
  }
  for (const line of linesOf(secret)) forms.add(line);
  return new Set([...forms].filter((form) => form.length >= shortestHidden));
}

function partsOf(secret: string): string[] {
  const whole = withoutCertificates(secret);
  const trimmed = whole.trim();
  const [, scheme = '', rest = ''] = /^([\w-]+)\s+(\S[^]*)$/.exec(trimmed) ?? [];
  const credentials = scheme.toLowerCase() === 'basic' ? Buffer.from(rest, 'base64').toString() : '';
  const password = credentials.includes(':') ? credentials.slice(credentials.indexOf(':') + 1) : '';
  const words = trimmed
    .slice(0, 10_000)
    .split(/[\s;,"']+/)
    .map((word) => word.slice(word.indexOf('=') + 1))
    .filter((word) => word.length >= shortestPart);
  return [whole, trimmed, rest, credentials, password, ...words, ...partsOfUrl(trimmed)];
}

/** What of a URL lets its reader in: the path, a long part of it, and the values of its query. */
function partsOfUrl(text: string): string[] {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return [];
  const { href, pathname, search, searchParams, password } = new URL(text);
  const long = pathname.split('/').filter((part) => part.length >= 2 * shortestPart);
  return [
    href,
    password,
    ...[pathname, pathname + search, search, ...searchParams.values(), ...long].filter(
      (part) => part.length >= shortestPart,
    ),
  ];
}

function encodings(text: string): string[] {
  const url = urlText(text);
  const form = url.replaceAll('%20', '+');
  const lower = (escaped: string): string => escaped.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  const base64 = Buffer.from(text).toString('base64');
  const base64url = Buffer.from(text).toString('base64url');
  const html = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return [
    url,
    form,
    lower(url),
    lower(form),
    base64,
    base64.replace(/=+$/, ''),
    base64url,
    html,
    html.replaceAll("'", '&#39;'),
    html.replaceAll("'", '&#x27;'),
  ];
}

/** As `encodeURIComponent`, which half a character in the text would end. */
function urlText(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Python and Go write it: beyond ASCII, and `<`, `>` and `&`, by their numbers. */
function asciiJson(text: string): string {
  return jsonText(text).replace(
    /[<>&\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A secret of several lines, such as a private key, may be told one by one. */
function linesOf(secret: string): string[] {
  if (!secret.includes('\n')) return [];
  return withoutCertificates(secret)
    .split(/\s*\n\s*/)
    .slice(0, 500);
}

/** Certificates are public, and there may be hundreds of them. */
function withoutCertificates(secret: string): string {
  return secret.replace(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\s*/g, '');
}
