import type { TrafficPlan } from '../../src/spec/schema.ts';
import type { Registry, Traffic } from '../ports.ts';
import { gatewayApiTraffic } from './gateway-api.ts';
import { httpTraffic } from './http.ts';
import { traefikTraffic } from './traefik.ts';

/** Every kind of traffic splitter. */
export const traffic: Registry<TrafficPlan, Traffic> = {
  http: httpTraffic,
  traefik: traefikTraffic,
  'gateway-api': gatewayApiTraffic,
};
