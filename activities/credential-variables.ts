/** Credentials that stand in plain text among the variables of a container, by their names. */

const credential = /pass|secret|token|key|credential|auth|dsn|_url$|_uri$/i;

/** The values of variables that look like credentials: what a container says may show them. */
export function credentialValues(variables: Iterable<readonly [name: string, value: string]>): string[] {
  return [...variables].flatMap(([name, value]) =>
    credential.test(name) && value.length >= 4 ? [value] : [],
  );
}
