import { createLogUpdate } from 'log-update';

/** Says on standard error how far a long run is: one line that is rewritten, or a line for each twentieth in a log. */
export function progressOf(jobs: number): { show: (done: number) => void; end: () => void } {
  const began = performance.now();
  const live = process.stderr.isTTY ? createLogUpdate(process.stderr) : null;
  let twentieths = 0;
  const line = (done: number): string => {
    const left = ((performance.now() - began) / done) * (jobs - done);
    return `${Math.floor((100 * done) / jobs)}% of ${jobs} jobs, about ${minutesAndSeconds(left)} left`;
  };
  return {
    show(done) {
      if (live !== null) live(line(done));
      else if (Math.floor((20 * done) / jobs) > twentieths) console.error(line(done));
      twentieths = Math.floor((20 * done) / jobs);
    },
    end: () => live?.clear(),
  };
}

/** `12:05` of milliseconds. */
export function minutesAndSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
