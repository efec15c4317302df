/** The custom resource as a construct. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElasticWebResource, type ElasticWebResourceProps } from '../../src/construct/elastic-web-resource.ts';
import { InvalidPropsError } from '../../src/construct/invalid-props.ts';
import { deepFreeze, EVERYTHING } from '../api/objects.ts';
import { charted } from './rendered.ts';

const spec = { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500 };
const made = (props: object, namespace?: string) =>
  charted(
    (scope) => new ElasticWebResource(scope, 'shop', props as ElasticWebResourceProps),
    namespace === undefined ? {} : { namespace },
  );

test("the resource says what its props say, and no defaults: those are the API server's", () => {
  assert.deepEqual(made({ spec }), [
    { apiVersion: 'elasticweb.example.com/v1', kind: 'ElasticWeb', metadata: { name: 'shop' }, spec },
  ]);
});

test('every field can be written', () => {
  const { metadata, spec: everything } = EVERYTHING as unknown as ElasticWebResourceProps;
  const props = deepFreeze(structuredClone({ metadata, spec: everything }));
  assert.deepEqual(made(props), [EVERYTHING]);
});

test('name and namespace come from the metadata, else from the construct and its chart', () => {
  const metadataOf = (metadata: object | undefined) => made({ spec, metadata }, 'dev')[0]?.metadata;
  assert.deepEqual(metadataOf(undefined), { name: 'shop', namespace: 'dev' });
  assert.deepEqual(metadataOf({ name: 'web', namespace: 'prod' }), { name: 'web', namespace: 'prod' });
});

const wrong = [
  {
    name: 'a wrong field',
    props: { spec: { ...spec, port: 0 } },
    message: 'port: must be a whole number from 1 to 65535, got 0',
  },
  { name: 'a missing spec', props: {}, message: 'spec: is required' },
  {
    name: 'wrong metadata',
    props: { spec, metadata: { labels: { 'a b': '' } } },
    message:
      'metadata.labels: must have names of at most 63 letters, digits, "-", "_" and ".", if need be behind a DNS domain and "/", got "a b"',
  },
  {
    name: 'a key that cdk8s would lose, even where only the syncer reads it',
    props: {
      spec: {
        ...spec,
        autoscaling: { maxReplicas: 3, metric: { type: 'External', matchLabels: { constructor: 'x' } } },
      },
    },
    message: 'autoscaling.metric.matchLabels.constructor: cannot be rendered: cdk8s takes no key called constructor',
  },
];
for (const { name, props, message } of wrong) {
  test(`the resource refuses ${name}`, () => {
    assert.throws(
      () => made(props),
      (error: unknown) => {
        assert.ok(error instanceof InvalidPropsError);
        assert.equal(
          error.message,
          `ElasticWebResource shop: nothing was rendered, these props must change:\n  ${message}`,
        );
        return true;
      },
    );
  });
}
