/** A public form of a log, as rows of a trace. */
export interface Format {
  columns: readonly string[];
  /** Of each line in turn its rows, none for a line that tells nothing. */
  rows: () => (line: string) => (string | number)[][];
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const request =
  /^(\S+) \S+ .*?\[(\d+)\/(\w+)\/(\d+):(\d+):(\d+):(\d+) ([+-]\d\d)(\d\d)\] "(?:\S+ )?(\S*).*?" (\d{3}) /;

/** Common and combined log format; a user is an address, an endpoint the first part of the path, 4xx and 5xx are bad. */
const accessLog: Format = {
  columns: ['time', 'user', 'endpoint', 'bad'],
  rows: () => (line) => {
    const found = request.exec(line);
    if (found === null) return [];
    const [
      ,
      host = '',
      day,
      month = '',
      year,
      hours,
      minutes,
      seconds,
      zone,
      zoneMinutes,
      path = '',
      status,
    ] = found;
    const utc = Date.UTC(
      Number(year),
      months.indexOf(month),
      Number(day),
      Number(hours) - Number(zone),
      Number(minutes) - Math.sign(Number(zone)) * Number(zoneMinutes),
      Number(seconds),
    );
    const endpoint = /^\/[^/?,]*/.exec(path)?.[0] ?? '-';
    return [[utc / 1000, host.replaceAll(',', ' '), endpoint, Number(status) >= 400 ? 1 : 0]];
  },
};

/** A job that ran for less is bad, in seconds. */
const leastRun = 60;

/** Standard Workload Format: of each job when it was submitted, how long it ran, its user and its partition. */
const workload: Format = {
  columns: ['time', 'user', 'endpoint', 'bad'],
  rows: () => (line) => {
    const fields = line.trim().split(/\s+/);
    if (line.startsWith(';') || fields.length < 16) return [];
    return [[fields[1] ?? '', fields[11] ?? '', fields[15] ?? '', Number(fields[3]) < leastRun ? 1 : 0]];
  },
};

/** Minute, requests and 5xx, and what else there is, as numbers: one row of the good requests, one of the bad. */
const counts: Format = {
  columns: ['time', 'bad', 'count'],
  rows: () => (line) => {
    const [minute = NaN, requests = 0, bad = 0] = line.split(',').map(Number);
    if (Number.isNaN(minute)) return [];
    const rows = [
      [60 * minute, 0, requests - bad],
      [60 * minute, 1, bad],
    ];
    return rows.filter(([, , count = 0]) => count > 0);
  },
};

/** Columns of a CSV with a header, in any order: a value of a container at a time. */
function samples(column: 'value' | 'milliseconds'): Format {
  return {
    columns: ['time', 'copy', column],
    rows() {
      let places: number[] | null = null;
      return (line) => {
        const cells = line.split(',');
        if (places === null) {
          const head = cells;
          places = ['timestamp_anon', 'container_ip', 'value'].map((name) => head.indexOf(name));
          return [];
        }
        const row = places.map((place) => cells[place] ?? '');
        return row.every((cell) => cell !== '') ? [row] : [];
      };
    },
  };
}

export const formats = {
  'access-log': accessLog,
  workload,
  counts,
  gauge: samples('value'),
  latency: samples('milliseconds'),
} as const satisfies Record<string, Format>;
