/** All children of one ElasticWeb made what they should be, each on its own: trouble with one does not stop the others. */

import type { DefaultedElasticWeb } from '../api/validate.ts';
import { ADOPT_ANNOTATION } from '../api/resource.ts';
import type { Manifest } from '../construct/manifest.ts';
import { metricsServiceName } from '../construct/names.ts';
import { render } from '../construct/render.ts';
import type { KubeClient } from '../kube/client.ts';
import { keyOf } from '../kube/resource.ts';
import type { CopiesOf } from './copies.ts';
import { type Applied, applyChild, findChild, type FoundChild, retireChild } from './child.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Child, DEPLOYMENT, type Deployment, type ElasticWebResource, SERVICE, type Service } from './kinds.ts';
import { keptNodePort } from './node-port.ts';
import type { PassContext } from './pass.ts';

/** The children as they were found. */
export interface FoundChildren {
  readonly deployment: FoundChild<Deployment>;
  readonly service: FoundChild<Service>;
  readonly metricsService: FoundChild<Service>;
}

/** What is known of children without asking the API server. */
export interface CopiesOfChildren {
  readonly deployments: CopiesOf<Deployment>;
  readonly services: CopiesOf<Service>;
}

/** What became of one child. */
export type Kept<T extends Child> = ({ readonly kind: 'applied' } & Applied<T>) | FailedChild;

/** A child that is not what it should be. */
export interface FailedChild {
  readonly kind: 'failed';
  /** `Deployment` or `Service`. */
  readonly childKind: string;
  readonly failure: Failure;
}

/** What became of the children. */
export interface KeptChildren {
  readonly deployment: Kept<Deployment>;
  readonly service: Kept<Service>;
  /** Only with `mtargetPort`, or when one had to go and could not. */
  readonly metricsService: Kept<Service> | undefined;
  readonly retired: boolean;
}

/**
 * Finds the children. A metrics Service that is not wanted is looked for in the local copy only: whether there is one to retire, the
 * copy knows.
 */
export async function findChildren(
  client: KubeClient,
  cache: CopiesOfChildren,
  web: ElasticWebResource,
  wantsMetrics: boolean,
): Promise<FoundChildren> {
  const { name } = web.metadata;
  const metrics = metricsServiceName(name);
  const known = (key: string) => cache.services.get(keyOf({ metadata: { ...web.metadata, name: key } })) !== undefined;
  const none: FoundChild<Service> = {
    type: SERVICE,
    copies: cache.services,
    live: undefined,
    ownership: { kind: 'absent' },
  };
  const [deployment, service, metricsService] = await Promise.all([
    findChild(client, DEPLOYMENT, cache.deployments, web, name),
    findChild(client, SERVICE, cache.services, web, name),
    wantsMetrics || known(metrics) ? findChild(client, SERVICE, cache.services, web, metrics) : none,
  ]);
  return { deployment, service, metricsService };
}

/** The number of pods that the Deployment gets. */
export interface WantedPods {
  /** Undefined leaves it to whoever else sets it. */
  readonly replicas: number | undefined;
  /** It is the number that was found, to be kept: should there be another by now, nothing is written. */
  readonly isKept: boolean;
}

/**
 * Renders and applies the children.
 *
 * @throws Error when the resource cannot be rendered
 */
export async function keepChildren(
  context: Pick<PassContext, 'client' | 'repairs'>,
  web: ElasticWebResource,
  valid: DefaultedElasticWeb,
  found: FoundChildren,
  { replicas, isKept }: WantedPods,
): Promise<KeptChildren> {
  const nodePort = found.service.ownership.kind === 'ours' ? keptNodePort(found.service.live, valid.spec) : undefined;
  const desired = render(valid, {
    replicas,
    owned: true,
    ...(nodePort !== undefined && { currentNodePort: nodePort }),
  });
  // Half an ElasticWeb beside somebody else's object helps nobody: while one name is taken, nothing new is made.
  const wanted = [found.deployment, found.service, ...(desired.metricsService ? [found.metricsService] : [])];
  const mayCreate = wanted.every(({ ownership }) => ownership.kind !== 'foreign');
  const keep = <T extends Child>(child: FoundChild<T>, manifest: Manifest) =>
    keepChild(context, web, child, manifest, { mayCreate, pinned: isKept && child.type.kind === DEPLOYMENT.kind });

  const deployment = await keep(found.deployment, desired.deployment);
  const service = await keep(found.service, desired.service);
  if (desired.metricsService !== undefined) {
    const metricsService = await keep(found.metricsService, desired.metricsService);
    return { deployment, service, metricsService, retired: false };
  }
  try {
    const retired = (await retireChild(context.client, found.metricsService)) === 'retired';
    return { deployment, service, metricsService: undefined, retired };
  } catch (error) {
    return { deployment, service, metricsService: failed(SERVICE.kind, failureOf(error)), retired: false };
  }
}

async function keepChild<T extends Child>(
  context: Pick<PassContext, 'client' | 'repairs'>,
  web: ElasticWebResource,
  child: FoundChild<T>,
  manifest: Manifest,
  { mayCreate, pinned }: { readonly mayCreate: boolean; readonly pinned: boolean },
): Promise<Kept<T>> {
  const object = `${child.type.kind} ${keyOf({ metadata: manifest.metadata })}`;
  const fail = (failure: Failure) => failed(child.type.kind, failure);
  switch (child.ownership.kind) {
    case 'foreign':
      return fail({
        kind: 'terminal',
        reason: 'NameConflict',
        message:
          `${object} is not ours: expected owner ElasticWeb/${web.metadata.name}, found ${child.ownership.owner ?? 'no owner'}. ` +
          `It is left untouched and looked at again every 30 s. Delete or rename one of the two${handOver(child, manifest, web)}`,
      });
    case 'leaving':
      return fail({
        kind: 'transient',
        reason: 'WaitingForGarbageCollection',
        message: `${object} is in the way: ${child.ownership.why}. It is made anew when that one is gone.`,
      });
    case 'absent':
      if (!mayCreate) return fail(heldBack(object));
      break;
    case 'ours':
      // What was handed over is not touched either until all of it can be taken.
      if (!child.ownership.owned && !mayCreate) return fail(heldBack(object));
      break;
    default:
      child.ownership satisfies never;
  }
  try {
    const { generation = 0 } = web.metadata;
    return { kind: 'applied', ...(await applyChild(context, child, manifest, { generation, pinned })) };
  } catch (error) {
    return fail(failureOf(error));
  }
}

/** How the syncer may be allowed to take an object over, where that is possible. */
function handOver<T extends Child>(
  { type, ownership }: FoundChild<T>,
  { metadata }: Manifest,
  web: ElasticWebResource,
): string {
  if (ownership.kind !== 'foreign' || ownership.owner !== undefined) return '.';
  if (ownership.obstacle !== undefined) return `. It cannot be handed over: ${ownership.obstacle}.`;
  const { namespace = '', name } = metadata;
  const adopt = `${ADOPT_ANNOTATION}=${web.metadata.name}`;
  return `, or hand it over: kubectl annotate --namespace ${namespace} ${type.kind.toLowerCase()} ${name} ${adopt}`;
}

const heldBack = (object: string): Failure => ({
  kind: 'transient',
  reason: 'ApplyFailed',
  message: `${object} is left as it is while another child's name is taken`,
});

function failed(childKind: string, failure: Failure): FailedChild {
  return { kind: 'failed', childKind, failure };
}
