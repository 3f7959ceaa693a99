import type { Client } from '@temporalio/client';
import type { Config } from '../config.ts';
import { connectClient } from '../temporal/client-connection.ts';
import { UnreachableError } from '../temporal/reachable.ts';
import { lookAtContainers } from './containers.ts';
import { problem, type Finding } from './finding.ts';
import { lookAtGrants, lookAtKeys } from './grants.ts';
import { lookAtRollouts } from './rollouts.ts';
import {
  lookAtClock,
  lookAtNamespace,
  lookAtSearchAttributes,
  lookAtServer,
  serverAhead,
  type Place,
} from './server.ts';
import { lookAtWorkers } from './workers.ts';

/**
 * Looks at an installation from here: server, namespace, search attributes, clocks, workers, what specs may use,
 * rollouts that need a person, and containers that were left over. Changes nothing. Where one look cannot be had the later ones that need it are
 * left out.
 */
export async function* examine(config: Config): AsyncGenerator<Finding> {
  yield* lookAtGrants(config);
  yield* lookAtKeys(config);
  let place: Place & { client: Client };
  try {
    place = await connectClient(config);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    yield problem('server', error.message);
    return;
  }
  try {
    yield await lookAtServer(place);
    const namespace = await lookAtNamespace(place);
    yield namespace;
    if (namespace.state === 'problem') return;
    const search = await lookAtSearchAttributes(place);
    yield search;
    const ahead = await serverAhead(place);
    yield lookAtClock(ahead);
    yield* await lookAtWorkers(place, Date.now() + (ahead ?? 0));
    if (search.state === 'ok') yield* await lookAtRollouts(place.client);
    yield* await lookAtContainers(place.client, config);
  } finally {
    await place.connection.close();
  }
}
