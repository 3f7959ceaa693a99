import type { Audience } from '../../../src/domain/rollout.ts';
import { literalPattern } from '../../../src/text/literal-pattern.ts';

/**
 * What Traefik 3 matches the requests of an audience by. Every name and value is a string of the rule, in which it can end
 * nothing; in the regular expression of a cookie it stands for itself alone.
 */
function audienceRule({ header, cookie, query, path }: Audience): string {
  return [
    header && call('Header', header.name, header.value),
    cookie &&
      call(
        'HeaderRegexp',
        'Cookie',
        `(?:^|;)[ \\t]*${literalPattern(`${cookie.name}=${cookie.value}`)}[ \\t]*(?:;|$)`,
      ),
    query && call('Query', query.name, query.value),
    path !== undefined && underPath(path),
  ]
    .filter((part) => typeof part === 'string')
    .join(' && ');
}

/** `/beta` is itself and what lies below it, and not `/betamax`. */
function underPath(path: string): string {
  if (path.endsWith('/')) return path === '/' ? call('PathPrefix', '/') : belowOrItself(path, path);
  return belowOrItself(path, `${path}/`);
}

function belowOrItself(path: string, below: string): string {
  return `(${call('Path', path)} || ${call('PathPrefix', below)})`;
}

/** The requests of the user's router that the audience has, or all others of it. */
export function narrowed(rule: string, audience: Audience, which: 'the audience' | 'the others'): string {
  const those = audienceRule(audience);
  return which === 'the audience' ? `(${rule}) && ${those}` : `(${rule}) && !(${those})`;
}

function call(matcher: string, ...values: string[]): string {
  return `${matcher}(${values.map(quoted).join(', ')})`;
}

/** As Go writes strings, which is how Traefik reads its rules: every character but the plainest as its code. */
function quoted(text: string): string {
  return `"${text.replace(/[^A-Za-z0-9 _.,:;=/~!@#%&*()[\]|^$?<>+-]/gsu, escaped)}"`;
}

function escaped(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}
