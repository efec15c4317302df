/** Whether an ElasticWeb is one that a syncer keeps: valid, and within what the operator of the syncer allows. Pure. */

import { knownFields } from '../api/defaults.ts';
import { isPlaceholder } from '../api/size.ts';
import { spec as specSchema } from '../api/spec.ts';
import { type DefaultedElasticWeb, describeErrors, validateSpec } from '../api/validate.ts';
import type { ElasticWebResource } from './kinds.ts';

/** What the operator of a syncer allows. */
export interface Allowance {
  /** Service types that an ElasticWeb may ask for. */
  readonly allowedServiceTypes: readonly string[];
  /** Labels that the syncer sets in queries, so that no ElasticWeb may. */
  readonly reservedLabels: readonly string[];
}

/** Whether it is kept; where it is not, `InvalidSpec` is what it is told. */
export type Acceptance =
  | { readonly kind: 'accepted'; readonly valid: DefaultedElasticWeb }
  | { readonly kind: 'refused'; readonly why: string };

/** Judges a stored ElasticWeb, or one that would be. */
export function accept({ metadata, spec }: ElasticWebResource, allowance: Allowance): Acceptance {
  // What a newer CRD knows and this syncer does not, it leaves aside; the API server has checked it.
  const known = isPlaceholder(spec) ? spec : knownFields(spec, specSchema);
  const validation = validateSpec(known, metadata.name);
  if (validation.kind === 'invalid') return { kind: 'refused', why: describeErrors(validation.errors) };
  const why = refusal(validation.resource, allowance);
  if (why !== undefined) return { kind: 'refused', why };
  return { kind: 'accepted', valid: { ...validation.resource, metadata: metadata as DefaultedElasticWeb['metadata'] } };
}

function refusal({ spec }: Pick<DefaultedElasticWeb, 'spec'>, allowance: Allowance): string | undefined {
  const { serviceType, autoscaling } = spec;
  const { allowedServiceTypes, reservedLabels } = allowance;
  if (!allowedServiceTypes.includes(serviceType)) {
    return `spec.serviceType: the syncer allows ${allowedServiceTypes.join(', ')}, got ${serviceType}`;
  }
  const given = Object.keys(autoscaling?.metric.matchLabels ?? {});
  // That label is the metric's own name.
  const reserved = given.find((label) => label === '__name__' || reservedLabels.includes(label));
  if (reserved === undefined) return undefined;
  return `spec.autoscaling.metric.matchLabels: ${reserved} is set by the syncer and must not be given`;
}
