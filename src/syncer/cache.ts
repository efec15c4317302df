/** What the cluster looks like now, as far as the syncer cares: local copies of ElasticWebs, Deployments and Services. */

import { knownFields } from '../api/defaults.ts';
import { GROUP, KIND } from '../api/resource.ts';
import { isTooLarge, tooLarge } from '../api/size.ts';
import { status as statusSchema } from '../api/status.ts';
import type { ElasticWebStatus } from '../api/types.ts';
import { MANAGED_BY } from '../construct/names.ts';
import { withFewerManagedFields } from '../kube/difference.ts';
import type { Change } from '../kube/reflector.ts';
import { type KubeObject, keyOf } from '../kube/resource.ts';
import { Copies, type CopiesOptions } from './copies.ts';
import {
  DEPLOYMENT,
  type Deployment,
  ELASTIC_WEB,
  FIELD_MANAGER,
  type ElasticWebResource,
  SERVICE,
  type Service,
} from './kinds.ts';

export interface CacheOptions extends Pick<
  CopiesOptions<ElasticWebResource>,
  'client' | 'namespaces' | 'selector' | 'wake' | 'onError' | 'clock'
> {
  /** Told the number of a node port that a Service let go of. */
  readonly portFreed: (port: number) => void;
}

/** What scaling looks at in each Deployment, at each tick. */
export interface Pods {
  /** Pods that the Deployment asks for. */
  readonly replicas: number;
  readonly ready: number;
  /** The uid of its controller. */
  readonly owner: string | undefined;
}

function podsOf({ metadata, spec, status }: Deployment): Pods {
  return {
    replicas: spec.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    owner: metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid,
  };
}

/** Local copies of the three kinds. Objects in them are shared; nobody changes them. */
export class Cache {
  readonly webs: Copies<ElasticWebResource>;
  readonly deployments: Copies<Deployment, Pods>;
  readonly services: Copies<Service>;

  /** What is listed by itself: each of the namespaces, or all of them as one. */
  readonly #scopes: readonly (string | undefined)[];
  #hasSynced = false;
  readonly #synced: Promise<void>;
  #resolveSynced: () => void = () => undefined;

  constructor(given: CacheOptions) {
    this.#scopes = given.namespaces.length === 0 ? [undefined] : given.namespaces;
    this.#synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
    const onListed = () => {
      this.#hasSynced ||= this.#isAllListed;
      if (this.#hasSynced) this.#resolveSynced();
    };
    const options = { ...given, onListed };
    const children = `app.kubernetes.io/managed-by=${MANAGED_BY}`;
    this.webs = new Copies({
      ...options,
      type: ELASTIC_WEB,
      keysToWake: (web) => [keyOf(web)],
      transform: withoutUnread,
    });
    const ofChildren = {
      ...{ ...options, selector: children, keysToWake: keysOf },
      // Nobody here reads what others own, which is the larger part of many objects, but for who sets the number of pods.
      transform: <T extends KubeObject>(child: T) => withFewerManagedFields(child, FIELD_MANAGER, ['spec', 'replicas']),
      // They are the larger part of the memory, and looked at when their ElasticWeb gets a pass.
      asText: true,
    };
    this.deployments = new Copies<Deployment, Pods>({ ...ofChildren, type: DEPLOYMENT, glance: podsOf });
    this.services = new Copies<Service>({
      ...{ ...ofChildren, type: SERVICE },
      onChange: (change) => {
        for (const port of freedPorts(change)) options.portFreed(port);
      },
    });
  }

  /** Keeps the copies up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.webs.run(signal), this.deployments.run(signal), this.services.run(signal)]);
  }

  /**
   * Whether everything has been listed once. A namespace of which some kind may not be listed is left out, until it may: it may be gone, and the
   * others do not wait for it. Should there be ElasticWebs in it all the same, their passes ask the API server for what is in no copy. But
   * there has to be a namespace that is not left out.
   */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves once everything has been listed. Before that, what is absent here may well exist. */
  synced(): Promise<void> {
    return this.#synced;
  }

  /** Whether there are namespaces that are served, and not refused, as others are. */
  get servesOthers(): boolean {
    return this.#hasSynced && this.#scopes.some((scope) => this.#isListed(scope) && !this.#isRefused(scope));
  }

  get #isAllListed(): boolean {
    const isSettled = (scope: string | undefined) => this.#isListed(scope) || this.#isRefused(scope);
    return this.#scopes.every(isSettled) && this.#scopes.some((scope) => this.#isListed(scope));
  }

  #isListed(scope: string | undefined): boolean {
    return this.#kinds.every((copies) => copies.hasListed(scope));
  }

  #isRefused(scope: string | undefined): boolean {
    return this.#kinds.some((copies) => copies.isRefusedIn(scope));
  }

  get #kinds() {
    return [this.webs, this.deployments, this.services];
  }
}

/**
 * Leaves out what no pass asks for, and nobody bounds: labels, annotations, who set which field; a spec that is too large to be accepted; and what of
 * the status is not the syncer's to say. A CRD that is newer than the syncer may have fields with defaults there, which are not to be taken for
 * something that was said and no longer holds.
 */
function withoutUnread({ metadata, spec, status, ...web }: ElasticWebResource): ElasticWebResource {
  const { labels, annotations, ownerReferences, finalizers, managedFields, ...read } = metadata;
  return {
    ...web,
    metadata: read,
    spec: isTooLarge(spec) ? tooLarge(spec) : spec,
    ...(status !== undefined && { status: knownFields(status, statusSchema) as ElasticWebStatus }),
  };
}

function freedPorts({ kind, object, previous }: Change<Service>): readonly number[] {
  const held = (service: Service | undefined) => service?.spec.ports?.flatMap(({ nodePort }) => nodePort ?? []) ?? [];
  const still = kind === 'deleted' ? [] : held(object);
  return held(kind === 'deleted' ? object : previous).filter((port) => !still.includes(port));
}

/**
 * The ElasticWebs that a child is about: the one that it belongs to, by its owner reference, or by its labels where that was stripped; and
 * the one whose name it has, which may be waiting for the name.
 */
function keysOf(child: KubeObject): Iterable<string> {
  const { namespace, ownerReferences, labels } = child.metadata;
  const owner = ownerReferences?.find(({ kind, apiVersion }) => kind === KIND && apiVersion.startsWith(`${GROUP}/`));
  const name = owner?.name ?? labels?.['app.kubernetes.io/instance'];
  const own = keyOf(child);
  return new Set(name === undefined ? [own] : [keyOf({ metadata: { namespace, name } }), own]);
}
