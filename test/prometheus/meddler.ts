import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of an answer on its way. */
export type Meddling = (answer: { status: number; body: string }) => { status: number; body: string } | 'cut';

/** A proxy before a Prometheus that can be slow, cut answers off and change them. */
export interface Meddler {
  url: string;
  /** From now on; undefined: nothing is changed. */
  meddle: (how?: Meddling) => void;
  /** Milliseconds that each answer is held back. */
  delay: (ms: number) => void;
  /** How many answers went through so far. */
  passed: () => number;
  end: () => void;
}

export async function startMeddler(upstream: string): Promise<Meddler> {
  let how: Meddling = (answer) => answer;
  let held = 0;
  let passed = 0;
  const server = createServer((request, response) => {
    void (async () => {
      await sleep(held);
      const answer = await fetch(new URL(request.url ?? '/', upstream)).catch(() => null);
      const given = answer === null ? 'cut' : how({ status: answer.status, body: await answer.text() });
      if (given === 'cut') {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"status":');
        setTimeout(() => response.destroy(), 20);
        return;
      }
      passed += 1;
      response.writeHead(given.status, { 'content-type': 'application/json' }).end(given.body);
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    meddle: (next) => {
      how = next ?? ((answer) => answer);
    },
    delay: (ms) => {
      held = ms;
    },
    passed: () => passed,
    end: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An answer of the API with something about it changed; what tells of types has no result, and stays as it is. */
export function changed(
  change: (answer: { data: { result: unknown } } & Record<string, unknown>) => void,
): Meddling {
  return ({ status, body }) => {
    const answer = JSON.parse(body) as Parameters<typeof change>[0];
    if ('result' in answer.data) change(answer);
    return { status, body: JSON.stringify(answer) };
  };
}
