import { describe, expect, test } from 'vitest';
import { Hiding } from '../../activities/hiding.ts';
import { createHttp } from '../../activities/http.ts';
import { grantsOf } from '../support/grants.ts';
import { connect, look, never, startSource } from './metrics/source.ts';
import { failureOf } from '../support/failures.ts';
import { z } from 'zod';

const odd = 'pa"ss/w\\ö&rd <1>+=';
const basic = `Basic ${Buffer.from(`ana:${odd}`).toString('base64')}`;

describe('a secret', () => {
  test.each([
    ['whole', 'Bearer s3cr3t-token', 'Bearer s3cr3t-token'],
    ['without its scheme', 'Bearer s3cr3t-token', 's3cr3t-token'],
    ['without the space at its ends', ' s3cr3t-token\n', 's3cr3t-token'],
    ['as the user and password of Basic', basic, `ana:${odd}`],
    ['as the password of Basic', basic, odd],
    ['as JSON', odd, JSON.stringify(odd).slice(1, -1)],
    ['as JSON in JSON', odd, JSON.stringify(JSON.stringify(odd)).slice(3, -3)],
    ['as JSON with its slashes escaped', odd, JSON.stringify(odd).slice(1, -1).replaceAll('/', '\\/')],
    ['as JSON in ASCII', 'pässw<rd', 'p\\u00e4ssw\\u003crd'],
    ['in a URL', odd, encodeURIComponent(odd)],
    ['in a URL in lower case', odd, encodeURIComponent(odd).replace(/%../g, (byte) => byte.toLowerCase())],
    ['in a form', 'two words here', 'two+words+here'],
    ['as base64', odd, Buffer.from(odd).toString('base64')],
    ['as base64 for URLs', `${odd}??>>`, Buffer.from(`${odd}??>>`).toString('base64url')],
    ['as HTML', odd, 'pa&quot;ss/w\\ö&amp;rd &lt;1&gt;+='],
    ['as the value of a cookie', 'theme=dark; session=0123456789abcdef', '0123456789abcdef'],
    ['as a line of a key', '-----BEGIN KEY-----\nMIIabcdefgh\nijkl\n-----END KEY-----', 'MIIabcdefgh'],
    ['as the path of a URL', 'https://hooks.example/services/T0/B0/XyZ123', '/services/T0/B0/XyZ123'],
    ['as a value in the query of a URL', 'https://hooks.example/x?key=0123456789', '0123456789'],
  ])('is hidden %s', (_, secret, written) => {
    const shown = new Hiding([secret]).text(`before:${written}:after`);
    expect(shown).not.toContain(written);
    expect(shown).toMatch(/^before:.*\*\*\*.*:after$/);
  });

  test('is hidden wherever it stands, and nothing else is', () => {
    const hiding = new Hiding(['hush-hush', 'hush']);
    expect(hiding.text('hush-hushhush hus hushhush-hush-')).toBe('****** hus ******-');
    expect(hiding.text('hus')).toBe('hus');
    expect(new Hiding().text('hush')).toBe('hush');
    expect(new Hiding(['abc', 'Bearer x1']).text('abc x1')).toBe('abc x1');
  });

  test('leaves no piece of itself where a text is cut', () => {
    const secret = 'abcdefghijklmnopqrstuvwxyz';
    const hiding = new Hiding([secret]);
    for (let before = 0; before < 120; before += 1) {
      const text = `${'.'.repeat(before)}${secret}${'.'.repeat(100)}`;
      expect(hiding.beginning(text, 50)).not.toContain('abcd');
    }
  });

  test('is hidden in every text of a JSON value, however deep', () => {
    const hiding = new Hiding(['hush-hush']);
    const value: unknown = JSON.parse('{"a":["hush-hush",{"x-hush-hush":1,"__proto__":"hush-hush"}],"n":7}');
    expect(JSON.stringify(hiding.json(value))).toBe('{"a":["***",{"__proto__":"***","x-***":1}],"n":7}');
    expect(hiding.json('hush-hush')).toBe('***');
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}"hush-hush"${']'.repeat(100_000)}`);
    expect(() => hiding.json(deep)).not.toThrow();
  });

  test('is looked for in megabytes in bounded time, whatever the text repeats', () => {
    const secrets = Array.from({ length: 20 }, (_, n) => `Bearer ${'a'.repeat(40)}${String(n)}`);
    const hiding = new Hiding([...secrets, 'x'.repeat(500)]);
    const many = 4 * 1024 * 1024;
    const before = process.cpuUsage();
    expect(hiding.text('a'.repeat(many)).endsWith('***')).toBe(true);
    hiding.json(Array.from({ length: 1024 }, () => 'a'.repeat(4096)));
    expect(hiding.text('b'.repeat(many))).toHaveLength(many);
    expect(hiding.beginning('x'.repeat(many), 2000).length).toBeLessThan(2000);
    const { user, system } = process.cpuUsage(before);
    // Without a bound it took minutes.
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});

describe('an answer that echoes a secret', () => {
  test('of another request does not show it as a status word', async () => {
    const source = await startSource();
    source.answer({ status: 'token hush-hush is wrong' });
    const headers = { authorization: { secret: 'TOKEN' } };
    const metric = connect({
      name: 'up',
      kind: 'status',
      gating: true,
      source: { type: 'http', url: source.url, status: '$.status', headers },
      ok: ['UP'],
    });
    const { canary } = await metric.collect(look(), { signal: never });
    expect(canary).toEqual({ status: 'token *** is wrong' });
  });

  test('in a 2xx does not show it in what is kept, nor in the name of a member', async () => {
    const source = await startSource();
    const http = createHttp(grantsOf(() => 'Bearer hush-hush'));
    source.answer({ failed: 'no hush-hush', 'hush-hush': 1 });
    const request = { what: 'check', url: source.url, headers: { authorization: { secret: 'TOKEN' } } };
    const answer = z.object({ failed: z.string() });
    expect(await http.get({ ...request, answer }, never)).toEqual({ failed: 'no ***' });
    const strict = z.strictObject({ failed: z.number() });
    const failure = await failureOf(() => http.get({ ...request, answer: strict }, never));
    expect(failure.message).toContain('"***"');
    expect(failure.message).not.toContain('hush');
  });

  test('does not show the password of a Basic authorization, however it is written', async () => {
    const source = await startSource();
    source.answer((request, response) => {
      const header = String(request.headers.authorization);
      const plain = Buffer.from(header.slice(6), 'base64').toString();
      response.writeHead(401).end(`${header} ${header.slice(6)} ${plain} ${encodeURIComponent(plain)}`);
    });
    const http = createHttp(grantsOf(() => 'hu:sh/hush'));
    const auth = { user: 'ana', password: { secret: 'PASSWORD' } };
    const failure = await failureOf(() =>
      http.get({ what: 'look', url: source.url, headers: {}, auth, answer: z.unknown() }, never),
    );
    expect(failure.message).toContain('answered 401 (*** *** *** ***)');
  });
});
