import { parseArgs } from 'node:util';

/** What is run. */
export interface Settings {
  /** Requests per second, in the order asked. */
  rates: readonly number[];
  /** Seconds of each run that counts how a rate is held; the others are shorter. */
  seconds: number;
  /** Of the tools that have a fixed number of them. */
  connections: number;
  /** Where the page is written besides. */
  out: string | undefined;
}

export const usage = `npm run bench:load -- [options]

  --quick           a look in two minutes: two rates, 3 s each
  --rates LIST      requests per second, such as 50,500,2000,5000 (the default); each from 1 to 10000
  --seconds N       of each run that counts how a rate is held: 2 to 600 (default: 10)
  --connections N   of the tools that have a fixed number: 1 to 1000 (default: 10)
  --out FILE        writes the tables there too; nothing is written without it
  --help            says this`;

/** @throws Error that says what was found and what is allowed */
export function settingsOf(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rates: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '10' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const rates = values.rates ?? (values.quick ? '50,2000' : '50,500,2000,5000');
  return {
    rates: rates.split(',').map((rate) => whole('--rates', rate, 1, 10_000)),
    seconds: whole('--seconds', values.seconds ?? (values.quick ? '3' : '10'), 2, 600),
    connections: whole('--connections', values.connections, 1, 1000),
    out: values.out,
  };
}

function whole(option: string, text: string, from: number, to: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= from && number <= to) return number;
  throw new Error(
    `${option}: ${text || 'nothing'} was found, a whole number from ${from} to ${to} is allowed`,
  );
}
