/** What the syncer would do to the children of an ElasticWeb, found out by letting it: with a client that writes nothing. */

import { isObject } from '../../api/defaults.ts';
import { SERVICE_TYPES } from '../../api/spec.ts';
import { MANAGED_BY, metricsServiceName } from '../../construct/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { keyOf, type KubeObject, type ResourceType } from '../../kube/resource.ts';
import { DEFAULT_LABELS } from '../../prometheus/selector.ts';
import { DEFAULT_MAX_REPLICAS } from '../../scaling/initial.ts';
import { accept } from '../../syncer/acceptance.ts';
import { Autoscaler } from '../../syncer/autoscaler.ts';
import type { CopiesOf } from '../../syncer/copies.ts';
import { type CopiesOfChildren, findChildren, keepChildren, type Kept } from '../../syncer/children.ts';
import { Contention } from '../../syncer/contention.ts';
import {
  type Child,
  DEPLOYMENT,
  type Deployment,
  type ElasticWebResource,
  SERVICE,
  type Service,
} from '../../syncer/kinds.ts';
import { podsFor } from '../../syncer/pods-for.ts';
import { Repairs } from '../../syncer/repairs.ts';
import type { DryRunClient } from './dry-run-client.ts';
import { withoutGiven } from './shown.ts';
import type { Change } from './text.ts';

/** What would become of the children. */
export interface ChildrenOutcome {
  readonly changes: readonly Change[];
  /** What there is to know about it. */
  readonly notes: readonly string[];
  /** What keeps children from becoming what they should be, until somebody does something about it. */
  readonly failures: readonly Trouble[];
  /** Children that are made anew once others are gone. */
  readonly awaited: number;
}

/** Why something is not as asked for. */
export interface Trouble {
  readonly message: string;
  /** It is the user's rights that are missing. */
  readonly isForbidden: boolean;
}

/**
 * Makes the children, by dry run, what an ElasticWeb asks for that was stored, or would be.
 *
 * @throws KubeError when a child cannot be read
 */
export async function keepByDryRun(client: DryRunClient, web: ElasticWebResource): Promise<ChildrenOutcome> {
  const name = `ElasticWeb ${keyOf(web)}`;
  if (typeof web.metadata.deletionTimestamp === 'string')
    return told(`${name} is being deleted, and its children with it`);
  if (isObject(web.spec) && web.spec.suspend === true) {
    return told(`${name} is suspended: the syncer leaves its children as they are`);
  }
  const acceptance = accept(web, ALLOWANCE);
  if (acceptance.kind === 'refused') {
    return { ...NOTHING, failures: [{ message: `${name}: ${acceptance.why}`, isForbidden: false }] };
  }
  const { valid } = acceptance;
  const wantsMetrics = valid.spec.mtargetPort !== undefined;
  const found = await findChildren(client, await copiesFor(client, web, wantsMetrics), web, wantsMetrics);
  const { decision, contender, wanted } = podsFor(DECIDING, web, valid.spec, found.deployment);
  const kept = await keepChildren({ client, repairs: new Repairs() }, web, valid, found, wanted);

  const asked = valid.spec.nodePort === undefined ? [] : [valid.spec.nodePort];
  const outcomes = [
    outcomeOf(DEPLOYMENT, kept.deployment),
    outcomeOf(SERVICE, kept.service, asked),
    ...(kept.metricsService === undefined ? [] : [outcomeOf(SERVICE, kept.metricsService)]),
  ];
  const isLimited = decision.reason === 'TooManyReplicas' && valid.spec.autoscaling === undefined;
  return {
    changes: [
      ...outcomes.flatMap(({ changes }) => changes),
      ...(kept.retired ? [changeOf(SERVICE, found.metricsService.live, undefined)] : []),
    ],
    notes: [
      ...(contender === undefined ? [] : [contender.message]),
      ...(isLimited && decision.limited ? [`${name}: ${decision.limited.message}`] : []),
      ...outcomes.flatMap(({ notes }) => notes),
    ],
    failures: outcomes.flatMap(({ failures }) => failures),
    awaited: outcomes.reduce((sum, { awaited }) => sum + awaited, 0),
  };
}

const NOTHING: ChildrenOutcome = { changes: [], notes: [], failures: [], awaited: 0 };
const told = (note: string): ChildrenOutcome => ({ ...NOTHING, notes: [note] });

/** As a syncer with its default settings: how the one in the cluster is run, nobody here knows. */
const ALLOWANCE = {
  allowedServiceTypes: SERVICE_TYPES,
  reservedLabels: [DEFAULT_LABELS.namespace, DEFAULT_LABELS.name],
};

/** Decides as a syncer that has not measured anything: the number of pods stays, within its limits, unless somebody wrote it down. */
const DECIDING = {
  autoscaler: new Autoscaler({
    reader: undefined,
    cache: { webs: { get: () => undefined }, deployments: { glance: () => undefined } },
    stableWindowMs: 60_000,
    maxReplicas: DEFAULT_MAX_REPLICAS,
    nowMs: () => Date.now(),
    wake: () => undefined,
  }),
  contention: new Contention(),
};

/** The syncer looks for a metrics Service that is not wanted in its copies, in which is what has the product's label. */
async function copiesFor(
  client: KubeClient,
  web: ElasticWebResource,
  wantsMetrics: boolean,
): Promise<CopiesOfChildren> {
  const { namespace, name } = web.metadata;
  const unwanted = wantsMetrics ? undefined : await client.get(SERVICE, { namespace, name: metricsServiceName(name) });
  const isLabelled = unwanted?.metadata.labels?.['app.kubernetes.io/managed-by'] === MANAGED_BY;
  return {
    deployments: copiesWith<Deployment>(undefined),
    services: copiesWith<Service>(isLabelled ? unwanted : undefined),
  };
}

function copiesWith<T extends KubeObject>(known: T | undefined): CopiesOf<T> {
  return {
    get: (key) => (known !== undefined && keyOf(known) === key ? known : undefined),
    observe: () => undefined,
    forget: () => undefined,
  };
}

function outcomeOf<T extends Child>(
  type: ResourceType<T>,
  kept: Kept<T>,
  asked: readonly number[] = [],
): ChildrenOutcome {
  if (kept.kind === 'failed') {
    const { failure } = kept;
    const reason = failure.kind === 'transient' ? failure.reason : undefined;
    if (reason === 'WaitingForGarbageCollection') return { ...NOTHING, notes: [failure.message], awaited: 1 };
    return { ...NOTHING, failures: [{ message: failure.message, isForbidden: reason === 'Forbidden' }] };
  }
  const { before, live } = kept;
  return { ...NOTHING, changes: [changeOf(type, before, withoutGiven(live, before, asked))] };
}

function changeOf(type: ResourceType, before: KubeObject | undefined, after: KubeObject | undefined): Change {
  const { metadata } = before ?? after ?? { metadata: { name: '' } };
  return { object: `${type.kind} ${keyOf({ metadata })}`, before, after };
}
