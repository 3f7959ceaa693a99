import { z } from 'zod';
import { duration, line, url } from './values.ts';

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const anyLabel = 'a name of small letters, digits and dashes, as Kubernetes has them';

const anyRoute =
  'the name of an HTTPRoute such as checkout, or with its kind: HTTPRoute/checkout, GRPCRoute/checkout';

/** An HTTPRoute or a GRPCRoute of any implementation of the Gateway API. */
export const gatewayApiTraffic = z
  .strictObject({
    type: z
      .literal('gateway-api')
      .describe('A route of the Kubernetes Gateway API, at whichever gateway implements it'),
    context: line(200)
      .optional()
      .describe(
        "The context of the worker's kubeconfig; by default its current one, or the cluster that the worker runs in",
      ),
    namespace: z
      .string()
      .regex(label, anyLabel)
      .describe("The namespace of the route, and of stable's Service"),
    route: z
      .string()
      .regex(/^((HTTP|GRPC)Route\/)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, anyRoute)
      .optional()
      .describe(
        'The route whose traffic is split: the name of an HTTPRoute, or GRPCRoute/NAME; by default the HTTPRoute with the last part of the name of the service',
      ),
    service: z
      .string()
      .regex(label, anyLabel)
      .optional()
      .describe(
        "The Service of stable, which the route sends to; by default the last part of the name of the service. The canary's is beside it: NAME-canary",
      ),
    probe: url
      .optional()
      .describe(
        'Where the gateway answers for the route, as the worker reaches it: a rule of its own shows which weights are in force. Without it a change counts as in force some time after the gateway has taken it',
      ),
    takesUp: duration
      .prefault('5s')
      .describe(
        'Without a probe: how long after it has said that it took a change a gateway may still serve as before',
      ),
  })
  .refine(
    ({ route = '', probe }) => probe === undefined || !route.startsWith('GRPCRoute/'),
    'no probe for a GRPCRoute, which has no rule that answers by itself; leave probe out, and set takesUp',
  );
