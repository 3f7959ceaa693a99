/** Values that stand in a URL as `$name`, each null where nobody knows it. */
export type UrlValues = Partial<Record<'track' | 'service' | 'version', string | null>>;

/**
 * A URL whose path and query have `$track`, `$service` and `$version` filled in, as far as there are values for them. Its
 * host is as the spec says, whatever the values are.
 *
 * @param fail makes what is thrown where a value is not known, or would lead to another path
 */
export function filledUrl(url: string, values: UrlValues, fail: (why: string) => Error): string {
  const filled = (text: string): string =>
    text.replace(/\$(track|service|version)\b/g, (placeholder, name: keyof UrlValues) => {
      const value = values[name];
      if (value === undefined) return placeholder;
      if (value === null) throw fail(`the version of stable is not known, ${placeholder} wants it`);
      return encodeURIComponent(value);
    });
  const address = new URL(url);
  const depth = address.pathname.split('/').length;
  address.pathname = filled(address.pathname);
  if (address.pathname.split('/').length !== depth)
    throw fail('a version of dots, such as .., would lead to another path');
  address.search = filled(address.search);
  return address.href;
}
