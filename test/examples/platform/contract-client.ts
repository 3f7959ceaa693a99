import axios, { type AxiosResponse } from 'axios';
import { expect } from 'vitest';
import type { Split, TrackName } from '../../../examples/platform/contract.ts';

/** For what takes as long as processes take to start and end. */
export const patience = { timeout: 40_000, interval: 20 };

interface Checked {
  alive: boolean;
  versions: string[];
  url?: string;
  fence: boolean;
}

export interface ContractClient {
  /** Sends an effect, with the next fence unless one is given. */
  effect: (
    members: { call: string; version?: string } & Record<string, unknown>,
  ) => Promise<AxiosResponse<unknown>>;
  check: (track: TrackName) => Promise<Checked>;
  read: () => Promise<Split>;
  /** Waits until all copies of a track answer and run one version, or until it has none (null). */
  until: (track: TrackName, version: string | null) => Promise<void>;
}

/** Speaks docs/http-contract.md, as plainly as a shell script would. */
export function contractClient(url: string): ContractClient {
  const http = axios.create({ validateStatus: () => true });
  const release = { service: 'bakery', version: '14.1.1', stable: '14.1.0' };
  let number = 0;

  const ask = async <T>(params: Record<string, string>): Promise<T> =>
    (await http.get<T>(url, { params: { ...release, ...params } })).data;
  const check = (track: TrackName): Promise<Checked> => ask({ call: 'check', track });

  return {
    effect: (members) => http.post(url, { ...release, fence: { epoch: 1, number: ++number }, ...members }),
    check,
    read: () => ask({ call: 'read' }),
    until: async (track, version) => {
      const state = async (): Promise<Pick<Checked, 'alive' | 'versions'>> => {
        const { alive, versions } = await check(track);
        return { alive, versions };
      };
      await expect
        .poll(state, patience)
        .toEqual(version === null ? { alive: false, versions: [] } : { alive: true, versions: [version] });
    },
  };
}
