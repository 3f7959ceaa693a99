/** What puts `***` in the place of these secrets, in text that somebody else wrote. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}
