/** The kinds of objects that Coalmine reads or writes: as much of each as it looks at; the rest is carried along as it is. */
import { z } from 'zod';

const text = z.string();
const texts = z.record(z.string(), z.string());

const metadata = z.looseObject({
  name: text,
  namespace: text.optional(),
  uid: text,
  resourceVersion: text,
  generation: z.number().optional(),
  creationTimestamp: text.nullish(),
  deletionTimestamp: text.optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
  ownerReferences: z
    .array(z.looseObject({ kind: text, name: text, uid: text, controller: z.boolean().optional() }))
    .optional(),
  managedFields: z
    .array(z.looseObject({ manager: text.optional(), time: text.nullish(), subresource: text.optional() }))
    .optional(),
});

/** An object of a cluster, as it is read and sent back. */
export const anyObject = z.looseObject({ metadata });
export type KubeObject = z.output<typeof anyObject>;

/** An object that is to be made. */
export interface NewObject {
  metadata: {
    name: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: readonly OwnerReference[];
  };
  [field: string]: unknown;
}

/** Who an object belongs to: it is deleted once that is gone. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/** One kind of object: how the API calls it, and what is read of it. */
export interface Kind<T extends KubeObject> {
  apiVersion: string;
  kind: string;
  /** As in URLs and roles. */
  resource: string;
  shape: z.ZodType<T>;
}

const container = z.looseObject({
  name: text,
  image: text.optional(),
  ports: z.array(z.looseObject({ name: text.optional(), containerPort: z.number() })).optional(),
});

const podSpec = z.looseObject({
  containers: z.array(container),
  initContainers: z.array(container).optional(),
});

const template = z.looseObject({
  metadata: z.looseObject({ labels: texts.optional(), annotations: texts.optional() }).default({}),
  spec: podSpec,
});
export type PodTemplate = z.output<typeof template>;

const condition = z.looseObject({
  type: text,
  status: text,
  reason: text.optional(),
  message: text.optional(),
});

const selector = z.looseObject({
  matchLabels: texts.optional(),
  matchExpressions: z
    .array(z.looseObject({ key: text, operator: text, values: z.array(text).nullish() }))
    .optional(),
});
export type Selector = z.output<typeof selector>;

const deployment = anyObject.extend({
  spec: z.looseObject({
    replicas: z.number().default(1),
    paused: z.boolean().optional(),
    selector,
    template,
  }),
  status: z
    .looseObject({
      observedGeneration: z.number().optional(),
      availableReplicas: z.number().optional(),
      conditions: z.array(condition).optional(),
    })
    .default({}),
});
export type Deployment = z.output<typeof deployment>;

const replicaSet = anyObject.extend({
  spec: z.looseObject({ replicas: z.number().default(1), template }),
  status: z.looseObject({ conditions: z.array(condition).optional() }).default({}),
});
export type ReplicaSet = z.output<typeof replicaSet>;

const state = z.looseObject({
  waiting: z.looseObject({ reason: text.optional(), message: text.optional() }).optional(),
  terminated: z
    .looseObject({ reason: text.optional(), exitCode: z.number().optional(), message: text.optional() })
    .optional(),
});

const containerStatus = z.looseObject({
  name: text,
  restartCount: z.number().default(0),
  state: state.optional(),
  lastState: state.optional(),
});
export type ContainerStatus = z.output<typeof containerStatus>;

const pod = anyObject.extend({
  spec: podSpec,
  status: z
    .looseObject({
      phase: text.optional(),
      reason: text.optional(),
      message: text.optional(),
      conditions: z.array(condition).optional(),
      containerStatuses: z.array(containerStatus).optional(),
      initContainerStatuses: z.array(containerStatus).optional(),
    })
    .default({}),
});
export type Pod = z.output<typeof pod>;

const port = z.looseObject({
  name: text.optional(),
  port: z.number(),
  protocol: text.optional(),
  appProtocol: text.optional(),
  targetPort: z.union([z.number(), text]).optional(),
});

const service = anyObject.extend({
  spec: z.looseObject({ selector: texts.nullish(), ports: z.array(port).optional() }),
});
export type Service = z.output<typeof service>;

const budget = anyObject.extend({ spec: z.looseObject({ selector: selector.nullish() }) });
export type Budget = z.output<typeof budget>;

const event = anyObject.extend({
  reason: text.optional(),
  message: text.optional(),
  type: text.optional(),
  involvedObject: z.looseObject({ kind: text.optional(), name: text.optional(), uid: text.optional() }),
  lastTimestamp: text.nullish(),
  eventTime: text.nullish(),
});
export type KubeEvent = z.output<typeof event>;

export const deployments: Kind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  resource: 'deployments',
  shape: deployment,
};
export const replicaSets: Kind<ReplicaSet> = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  shape: replicaSet,
};
export const pods: Kind<Pod> = { apiVersion: 'v1', kind: 'Pod', resource: 'pods', shape: pod };
export const services: Kind<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  resource: 'services',
  shape: service,
};
export const budgets: Kind<Budget> = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  shape: budget,
};
export const events: Kind<KubeEvent> = { apiVersion: 'v1', kind: 'Event', resource: 'events', shape: event };
