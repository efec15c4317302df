/** A client that writes nothing, and still answers a claim and the apply that follows it as if both were done. */

import { isObject } from '../../api/defaults.ts';
import { type ApplyOptions, KubeClient, type KubeClientOptions, type WriteOptions } from '../../kube/client.ts';
import { ownedFields } from '../../kube/owned-fields.ts';
import { withoutRemoved } from '../../kube/removed-fields.ts';
import { keyOf, type KubeObject, type ObjectName, type ResourceType } from '../../kube/resource.ts';
import { portsOf, renumberedPorts, withPorts } from '../../syncer/renumbered-port.ts';
import { mergePatchFor } from './way.ts';

/**
 * Where fields of others are to go away, the syncer first makes them its own by a patch of managedFields, and then applies. Of two dry runs, the
 * second knows nothing of the first. So what the first one gives is remembered, what the second one takes away is taken away here, and the API
 * server is asked what it makes of that: it fills in defaults.
 */
export class DryRunClient extends KubeClient {
  /** Objects as they would be after a claim. */
  readonly #claimed = new Map<string, KubeObject>();

  constructor(options: Omit<KubeClientOptions, 'dryRun'>) {
    super({ ...options, dryRun: true });
  }

  override async mergePatch<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    patch: unknown,
    options: WriteOptions,
  ): Promise<T> {
    const patched = await super.mergePatch(type, name, patch, options);
    const { metadata } = isObject(patch) ? patch : {};
    if (isObject(metadata) && metadata.managedFields !== undefined) this.#claimed.set(idOf(type, name), patched);
    return patched;
  }

  override async apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<T> {
    const claimed = this.#claimed.get(idOf(type, object.metadata));
    if (claimed === undefined) return super.apply(type, object, options);
    const { fieldManager } = options;
    // Beside the port that is about to go, one of the same name would be refused.
    const names = new Set(renumberedPorts(object, claimed).map((port) => port.name));
    const held = portsOf(object).filter(({ name }) => names.has(name));
    const free = portsOf(object).filter(({ name }) => !names.has(name));
    const applied = await super.apply<T>(type, withPorts(object, free), options);
    const [before, now] = [ownedFields(claimed, fieldManager), ownedFields(applied, fieldManager)];
    if (before === undefined) return applied;
    const left = withoutRemoved(applied, before, now) as KubeObject;
    const wanted = withPorts(left, [...portsOf(left), ...held]);
    const { labels, annotations, ownerReferences } = applied.metadata;
    const patch = mergePatchFor(
      { spec: specOf(claimed) },
      { metadata: { labels, annotations, ownerReferences }, spec: specOf(wanted) },
    );
    return super.mergePatch(type, object.metadata, patch, { fieldManager });
  }
}

function idOf({ kind }: ResourceType, metadata: ObjectName): string {
  return `${kind} ${keyOf({ metadata })}`;
}

function specOf(object: KubeObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}
