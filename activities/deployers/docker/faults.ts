/** What a fault of the engine means, and what a person can do about it. */
import { refused, turnedAway, unavailable } from '../../failures.ts';
import { whyNoAnswer } from '../../no-answer.ts';
import type { EnginePlace } from './engine-place.ts';

interface Known {
  sign: RegExp;
  /** A sentence: what to do. */
  todo: string;
}

/** By what the engine says. None of them goes away by itself. */
const known: readonly Known[] = [
  {
    sign: /no space left on device|disk quota exceeded/i,
    todo: 'the disk of the engine is full; make space there, such as by: docker system prune',
  },
  {
    sign: /manifest unknown|not found: manifest|name unknown|repository .* not found|no such image|pull access denied/i,
    todo: 'the image is not there under this name; push it, correct `image` in the spec, or give `registry` if it needs a login',
  },
  {
    sign: /unauthorized|authentication required|no basic auth credentials|incorrect username or password/i,
    todo: 'the registry wants a login; correct `registry` in the spec, or the value of its secret at the worker',
  },
  {
    sign: /no matching manifest|does not match the (specified|detected host) platform|image operating system/i,
    todo: "the image is not built for the engine's platform; build it for that one as well",
  },
  {
    sign: /port is already allocated|address already in use|ports are not available/i,
    todo: 'something else has that port; stop it, or give it another port',
  },
  {
    sign: /executable file not found|no such file or directory|permission denied: unknown|exec format error/i,
    todo: "the image's command cannot be run; correct its ENTRYPOINT or CMD, and see that it is built for the engine's platform",
  },
];

/**
 * The failure that an answer stands for.
 *
 * @param status null: the engine had begun to answer before it failed
 * @param message what the engine says
 */
export function faultOf(
  status: number | null,
  message: string,
  say: (found: string) => string,
  quote: (text: string) => string,
): Error {
  const found = `${status === null ? 'failed' : `answered ${String(status)}`} (${quote(message)})`;
  const todo = todoFor(message);
  if (todo !== null) return refused(say(`${found}: ${todo}`));
  if (status === null || status === 409 || status === 429 || status >= 500)
    return turnedAway(say(`${found}; it is worth another try, and the engine's own log says why`));
  return refused(say(`${found}; it is not tried again`));
}

/** What to do about a fault that does not go away by itself; null: not known to be one. */
function todoFor(message: string): string | null {
  return known.find(({ sign }) => sign.test(message))?.todo ?? null;
}

/** The failure where a request got no whole answer. */
export function noAnswer(
  error: unknown,
  { socket }: EnginePlace,
  say: (found: string) => string,
  quote: (text: string) => string,
): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (socket !== null && code === 'EACCES')
    return refused(
      say(
        'may not be used by the user of the worker; put that user into the group of the socket (mostly docker), which makes it as powerful as root',
      ),
    );
  if (socket !== null && (code === 'ENOENT' || code === 'ECONNREFUSED'))
    return turnedAway(
      say('does not listen there; start it (systemctl start docker), or correct `engine` in the spec'),
    );
  const { found, todo } = whyNoAnswer(error);
  return unavailable(say(`gave no whole answer (${quote(found)}); ${todo}`));
}
