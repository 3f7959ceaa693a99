/** Images as a spec writes them, with `$version` in their names. */
import { literalPattern } from '../src/text/literal-pattern.ts';
import { refused } from './failures.ts';
import { ownName } from './own-name.ts';

/** What may stand for a version in the name of an image: a tag, or a digest. */
const tagOrDigest = /^(\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/;

interface Templated {
  image: string;
}

/**
 * The name of the image of a version, as the spec has it.
 *
 * @throws a non-retryable failure where the version would make it the name of something else
 */
export function imageName(plan: Templated, service: string, version: string): string {
  if (plan.image.includes('$version') && !tagOrDigest.test(version))
    throw refused(
      `the version ${JSON.stringify(version)} cannot stand in the name of an image (${plan.image}): ` +
        'a tag has letters, digits, dots, dashes and underscores; give the release such a version',
    );
  return filled(plan.image, service, version);
}

/** A text of a spec with `$version` and `$service` filled in. */
export function filled(text: string, service: string, version: string): string {
  return text.replace(/\$(version|service)\b/g, (_, name: string) =>
    name === 'version' ? version : ownName(service),
  );
}

/**
 * The version in the name of an image, by the template of the spec: of `shop/checkout:2.3.9` by `shop/checkout:$version`;
 * null: the name does not fit, or the template has no version.
 */
export function versionIn(plan: Templated, service: string, name: string): string | null {
  if (!plan.image.includes('$version')) return null;
  const [before = '', ...after] = filled(plan.image, service, '\0').split('\0').map(literalPattern);
  const [, version = null] = new RegExp(`^${before}(.+)${after.join('\\1')}$`).exec(name) ?? [];
  return version;
}
