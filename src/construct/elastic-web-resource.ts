/** The custom resource as a construct: for cdk8s apps whose ElasticWebs are scaled by the syncer. */

import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { API_VERSION, KIND } from '../api/resource.ts';
import type { ElasticWebSpec } from '../api/types.ts';
import { validate } from '../api/validate.ts';
import { InvalidPropsError } from './invalid-props.ts';
import { unrenderableKeys } from './renderable.ts';

/** What an `ElasticWebResource` is made from. */
export interface ElasticWebResourceProps {
  /**
   * Metadata of the resource.
   * @default - its name is the id of the construct
   */
  readonly metadata?: ApiObjectMetadata;
  readonly spec: ElasticWebSpec;
}

/** An ElasticWeb for the syncer to render and to scale. */
export class ElasticWebResource extends ApiObject {
  /** @throws InvalidPropsError that names every field that is wrong, its value, and what was expected */
  constructor(scope: Construct, id: string, { metadata, spec }: ElasticWebResourceProps) {
    const name = metadata?.name ?? id;
    const resource = { apiVersion: API_VERSION, kind: KIND, metadata: { ...metadata, name }, spec };
    const validation = validate(resource);
    const errors = [
      ...(validation.kind === 'invalid' ? validation.errors : []),
      ...unrenderableKeys({ metadata: resource.metadata, ...spec }, ''),
    ];
    if (errors.length > 0) throw new InvalidPropsError('ElasticWebResource', name, errors);
    super(scope, id, resource);
  }
}
