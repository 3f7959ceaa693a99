import type { traffic } from '../../../activities/traffic/registry.ts';
import { trafficContract, type TrafficSubject } from './contract.ts';
import { httpSplitter } from './http-splitter.ts';

/** Every kind of splitter, each against a real one; those that need a program have a suite of their own. */
const subjects: Record<
  Exclude<keyof typeof traffic, 'traefik' | 'gateway-api'>,
  () => Promise<TrafficSubject>
> = {
  http: httpSplitter,
};

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
for (const [type, start] of Object.entries(subjects)) trafficContract(type, release, start);
