/** Keeps secrets out of what others wrote: answers, and what commands say. */
import { formsOf, shortestHidden } from './secret-forms.ts';

/** A key of an answer is hidden only from this length on, since answers are read by their keys. */
const shortestInKey = 8;

const mask = '***';

/** By so many characters a form is looked up, or by fewer if it is shorter. */
const lookedUp = 8;

/** Places and forms that are compared in one text or value: a fraction of a second. */
const mostCompared = 500_000;

interface Effort {
  left: number;
}

/**
 * Puts `***` in the place of each form of each secret. The time grows with the text and hardly with the secrets: a text
 * that is made to look like them all over is hidden whole from where it has taken too long.
 */
export class Hiding {
  /** By their first eight characters, or fewer; the longest first. */
  readonly #forms = new Map<string, string[]>();
  /** How many characters the keys of the forms have, falling. */
  #keys: number[] = [];
  /** Whether a form begins with four characters of this hash. */
  readonly #begins = new Uint8Array(65_536);
  #longest = 0;

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** Hides this one, too. */
  add(secret: string): void {
    for (const form of formsOf(secret)) {
      const beginning = form.slice(0, lookedUp);
      const known = this.#forms.get(beginning) ?? [];
      if (known.includes(form)) continue;
      this.#begins[hashOf(form)] = 1;
      this.#keys = [...new Set([...this.#keys, beginning.length])].sort((a, b) => b - a);
      this.#forms.set(
        beginning,
        [...known, form].sort((a, b) => b.length - a.length),
      );
      this.#longest = Math.max(this.#longest, form.length);
    }
  }

  /** The same with one more, which this does not hide. */
  with(secret: string): Hiding {
    const more = new Hiding();
    more.#begins.set(this.#begins);
    more.#keys = this.#keys;
    for (const [beginning, forms] of this.#forms) more.#forms.set(beginning, forms);
    more.#longest = this.#longest;
    more.add(secret);
    return more;
  }

  /** Characters of the longest form. */
  get longest(): number {
    return this.#longest;
  }

  text(text: string): string {
    return this.#replace(text, shortestHidden, { left: mostCompared });
  }

  /** The first `most` characters or fewer, without a piece of a secret at their end; hardly more is looked at. */
  beginning(text: string, most: number): string {
    const enough = most + this.#longest;
    if (text.length <= enough) return this.text(text).slice(0, most);
    return this.text(text.slice(0, enough))
      .slice(0, -this.#longest || undefined)
      .slice(0, most);
  }

  /** A value that came as JSON; it is changed itself. */
  json(value: unknown): unknown {
    const whole = { value };
    const effort = { left: mostCompared };
    const left: object[] = [whole];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      const members = node as Record<string, unknown>;
      for (const key of Object.keys(members)) {
        const member = members[key];
        const name = Array.isArray(node) ? key : this.#replace(key, shortestInKey, effort);
        const shown = typeof member === 'string' ? this.#replace(member, shortestHidden, effort) : member;
        if (name !== key) Reflect.deleteProperty(members, key);
        if (name !== key || shown !== member) {
          Object.defineProperty(members, name, {
            value: shown,
            enumerable: true,
            writable: true,
            configurable: true,
          });
        }
        if (typeof member === 'object' && member !== null) left.push(member);
      }
    }
    return whole.value;
  }

  #replace(text: string, shortest: number, effort: Effort): string {
    if (text.length < shortest || this.#longest === 0) return text;
    const parts: string[] = [];
    let done = 0;
    let hash = 0;
    for (let at = 0; at < text.length; at += 1) {
      hash = ((hash << 4) ^ text.charCodeAt(at)) & 0xffff;
      if (this.#begins[hash] === 0 || at < done + 3) continue;
      const from = at - 3;
      const form = this.#formAt(text, from, shortest, effort);
      if (effort.left <= 0) return parts.join('') + text.slice(done, from) + mask;
      if (form === undefined) continue;
      parts.push(text.slice(done, from), mask);
      done = from + form.length;
      at = done - 1;
      hash = 0;
    }
    return done === 0 ? text : parts.join('') + text.slice(done);
  }

  /** The longest form that stands there. */
  #formAt(text: string, from: number, shortest: number, effort: Effort): string | undefined {
    for (const length of this.#keys) {
      effort.left -= 1;
      const forms = this.#forms.get(text.slice(from, from + length)) ?? [];
      effort.left -= forms.length;
      const form = forms.find((one) => one.length >= shortest && text.startsWith(one, from));
      if (form !== undefined) return form;
    }
    return undefined;
  }
}

/** Of the first four characters; as many more as there are change nothing. */
function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < 4; at += 1) hash = ((hash << 4) ^ text.charCodeAt(at)) & 0xffff;
  return hash;
}
