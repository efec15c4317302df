/** What the API server would make of the ElasticWeb of a file, asked by dry run. */

import { isObject } from '../../api/defaults.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, type KubeError } from '../../kube/errors.ts';
import { keyOf, type KubeObject } from '../../kube/resource.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../../syncer/kinds.ts';
import { LAST_APPLIED, mergePatchFor, wayOf } from './way.ts';

/** The ElasticWeb before and after the file is applied. */
export interface AppliedWeb {
  readonly before: ElasticWebResource | undefined;
  readonly after: ElasticWebResource;
  /** What there is to know about applying it. */
  readonly notes: readonly string[];
}

/** `kubectl apply` is known under these names. */
const KUBECTL_CREATE = 'kubectl-create';
const KUBECTL_APPLY = 'kubectl-client-side-apply';

/**
 * Applies the manifest by dry run, in the way in which the live object was applied before.
 *
 * @throws KubeError when the API server refuses it, or cannot be asked
 */
export async function applyWeb(client: KubeClient, manifest: KubeObject): Promise<AppliedWeb> {
  const before = await client.get(ELASTIC_WEB, manifest.metadata);
  const way = wayOf(before);
  switch (way.kind) {
    case 'create': {
      const after = await client.create(ELASTIC_WEB, manifest, { fieldManager: KUBECTL_CREATE });
      return { before, after, notes: [] };
    }
    case 'merge': {
      const patch = mergePatchFor(way.lastApplied, {
        ...manifest,
        metadata: { annotations: {}, ...manifest.metadata },
      });
      const after = await client.mergePatch(ELASTIC_WEB, manifest.metadata, patch, { fieldManager: KUBECTL_APPLY });
      return { before, after, notes: [] };
    }
    case 'server-side': {
      const { fieldManager } = way;
      const apply = (force: boolean) => client.apply(ELASTIC_WEB, manifest, { fieldManager, force });
      try {
        return { before, after: await apply(false), notes: [] };
      } catch (error) {
        if (!isConflict(error)) throw error;
        return { before, after: await apply(true), notes: [conflictNote(manifest, fieldManager, error)] };
      }
    }
  }
}

function conflictNote(manifest: KubeObject, fieldManager: string, { causes, serverMessage }: KubeError): string {
  const fields = causes.map(({ field, message }) => `${field.replace(/^\./, '')} (${message})`).join(', ');
  return (
    `ElasticWeb ${keyOf(manifest)}: others have set what the file sets: ${fields || serverMessage}. ` +
    `Shown is what ${fieldManager} gets when it takes these fields over, as kubectl apply --server-side does with --force-conflicts`
  );
}

/** What the API server sets itself, and a manifest that came from there still holds. */
const SET_BY_SERVER = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

/** The manifest as a file has it, in its namespace, without what only the API server says. */
export function manifestOf(value: Readonly<Record<string, unknown>>, namespace: string): KubeObject {
  const { status, metadata, ...rest } = value;
  const fields = isObject(metadata) ? metadata : {};
  const { annotations } = fields;
  const given = Object.entries(fields).filter(([name]) => !SET_BY_SERVER.includes(name) && name !== 'annotations');
  return {
    ...rest,
    metadata: {
      ...Object.fromEntries(given),
      ...(isObject(annotations) && { annotations: without(annotations, LAST_APPLIED) }),
      namespace,
    },
  } as unknown as KubeObject; // Validated before.
}

function without(fields: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}
