/** How names of images are compared: as Docker reads them, so that no other way to write one gets past a list. */

/**
 * Registry and repository of an image, whatever its tag or digest: `docker.io/library/nginx` of `nginx:1.27`. Null where it
 * names none: an engine takes `4f0b1c…` and `sha256:…` for the id of any image that it has.
 *
 * @param image may be a template; what its `$version` or `$service` stands for could be an id as well
 */
function repositoryOf(image: string): string | null {
  if (/^(sha256:.*|[0-9a-f]+|[^/:@]*\$[^/:@]*)$/.test(image)) return null;
  return qualified(image.replace(/@.*$/, '').replace(/:[^/]*$/, ''));
}

/**
 * Whether an image is of a repository that an entry of an operator's list names.
 *
 * @param entry a repository, with or without its registry; `shop/*`: everything below it; `*`: any image, ids included
 */
export function imageMatcher(entry: string): (image: string) => boolean {
  if (entry === '*') return () => true;
  const listed = qualified(entry);
  const [, parent] = /^(.*\/)\*$/.exec(listed) ?? [];
  return (image) => {
    const repository = repositoryOf(image);
    if (repository === null) return false;
    return parent === undefined ? repository === listed : repository.startsWith(parent);
  };
}

/** Whether an image may be what a template of a spec becomes: of the repository that it names, or of one that fits it. */
export function fitsTemplate(template: string, image: string): boolean {
  const before = template.split('$', 1).join('');
  return template.includes('$') ? image.startsWith(before) : image === template;
}

/** With its registry. */
function qualified(repository: string): string {
  const [first = '', ...others] = repository.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (!isHost) return `docker.io/${others.length === 0 ? 'library/' : ''}${repository}`;
  const host = first.toLowerCase().replace(/^(index|registry-1)\.docker\.io$/, 'docker.io');
  const path =
    host === 'docker.io' && others.length === 1 && others[0] !== '*' ? ['library', ...others] : others;
  return [host, ...path].join('/');
}
