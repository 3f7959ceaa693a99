/** Requests as users send them, and who answers. */
import { request, type Agent } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a request is asked with. */
export interface Asked {
  path?: string;
  method?: string;
  host?: string;
  headers?: Record<string, string>;
}

/** The body of an answer, or its status if that is not 200. */
export function answerOf(
  to: { host: string; port: number | string; agent: Agent },
  { path = '/', method = 'GET', host, headers = {} }: Asked & { host: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ ...to, path, method, headers: { host, ...headers } }, (response) => {
      text(response).then((body) => {
        resolve(response.statusCode === 200 ? body : String(response.statusCode));
      }, reject);
    })
      .once('error', reject)
      .end();
  });
}

/** How often each answer is given until it is enough; eight users at a time. */
export async function countAnswers(
  isEnough: () => boolean,
  one: () => Promise<string>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const user = async (): Promise<void> => {
    while (!isEnough()) {
      const answer = await one();
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, user));
  return counts;
}
