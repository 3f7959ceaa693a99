/** Routes as objects of a cluster. */
import { z } from 'zod';
import { anyObject, type Kind } from '../../kubernetes/kinds.ts';
import { rules, type RouteKind } from './route.ts';

const parentRef = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  sectionName: z.string().optional(),
  port: z.number().optional(),
});

const route = anyObject.extend({
  spec: z.looseObject({
    parentRefs: z.array(parentRef).optional(),
    hostnames: z.array(z.string()).optional(),
    rules: rules.optional(),
  }),
  status: z
    .looseObject({
      parents: z
        .array(
          z.looseObject({
            parentRef,
            controllerName: z.string().default(''),
            conditions: z
              .array(
                z.looseObject({
                  type: z.string(),
                  status: z.string(),
                  reason: z.string().default(''),
                  message: z.string().default(''),
                  observedGeneration: z.number().default(0),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    })
    .optional(),
});

export type Route = z.output<typeof route>;
export type ParentRef = z.output<typeof parentRef>;

const common = { apiVersion: 'gateway.networking.k8s.io/v1', shape: route };

export const routeKinds: Record<RouteKind, Kind<Route>> = {
  HTTPRoute: { ...common, kind: 'HTTPRoute', resource: 'httproutes' },
  GRPCRoute: { ...common, kind: 'GRPCRoute', resource: 'grpcroutes' },
};
