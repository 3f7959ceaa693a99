/** A workflow whose one task takes long on the clock on the wall, after a promise has gone on. */
export async function longTask(rounds: number): Promise<number> {
  await Promise.resolve();
  return busy(rounds);
}

/** Takes as long as `rounds` say, on any machine its own time. */
export function busy(rounds: number): number {
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) sum = ((sum ^ round) * 31) | 0;
  return sum;
}
