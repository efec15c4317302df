/** Whether one ElasticWeb and its children are what they should be. */

import type { KubeObject } from '../src/kube/resource.ts';
import type { ElasticWebResource } from '../src/syncer/kinds.ts';
import { deploymentSpec } from '../test/cluster/kinds.ts';
import type { Wanted } from './elastic-webs.ts';

/** An ElasticWeb and its children, as last seen; they have its name. */
export interface State {
  web?: Pick<ElasticWebResource, 'spec' | 'status'> & { readonly generation: number };
  deployment?: Wanted;
  hasService?: boolean;
}

/**
 * Whether Deployment and Service are there and right, and the status speaks of the newest generation. That the ElasticWeb itself asks for
 * what is wanted is part of it: a change that has not been seen yet has not been answered either.
 */
export function isAsWanted({ web, deployment, hasService }: State, wanted: Wanted): boolean {
  return (
    web !== undefined &&
    Math.ceil((web.spec.totalQPS ?? 0) / web.spec.singlePodQPS) === wanted.replicas &&
    web.status?.observedGeneration === web.generation &&
    deployment?.replicas === wanted.replicas &&
    deployment.image === wanted.image &&
    hasService === true
  );
}

/**
 * Takes in one line of a watch, and returns the name of the ElasticWeb that it is about.
 *
 * @throws Error when it is no event about an object
 */
export function readWatchLine(states: Map<string, State>, line: string): string | undefined {
  const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: KubeObject };
  if (type === 'ERROR') throw new Error(`a watch of the bench failed: ${line}`);
  if (type === 'BOOKMARK') return undefined;
  const { name, generation = 0 } = object.metadata;
  const state = states.get(name) ?? {};
  states.set(name, state);
  const isThere = type !== 'DELETED';
  switch (object.kind) {
    case 'ElasticWeb': {
      const { spec, status } = object as ElasticWebResource;
      if (isThere) state.web = { spec, generation, ...(status && { status }) };
      else delete state.web;
      break;
    }
    case 'Deployment': {
      const { replicas, template } = deploymentSpec(object);
      if (isThere) state.deployment = { replicas, image: template.spec.containers[0]?.image ?? '' };
      else delete state.deployment;
      break;
    }
    case 'Service':
      state.hasService = isThere;
      break;
    default:
      throw new Error(`a watch of the bench brought an unexpected ${object.kind}`);
  }
  return name;
}
