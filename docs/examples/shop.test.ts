/** How an app with ElasticWebs is tested: what a chart writes, and what the syncer would make of a resource. `node --test` runs it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chart, Testing } from 'cdk8s';
import { ElasticWeb, InvalidPropsError, render, type ElasticWebSpec } from 'elasticweb';

const spec: ElasticWebSpec = { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500 };

test('the chart writes what it wrote when its snapshot was taken', (context) => {
  const chart = new Chart(Testing.app(), 'shop');
  new ElasticWeb(chart, 'shop', { ...spec, totalQPS: 700 });
  context.assert.snapshot(Testing.synth(chart)); // In Jest: expect(Testing.synth(chart)).toMatchSnapshot()
});

test('a resource is rendered in memory, as the syncer renders it', () => {
  const resource = { apiVersion: 'elasticweb.example.com/v1', kind: 'ElasticWeb', metadata: { name: 'shop' }, spec };
  const { deployment, service, metricsService } = render(resource, { replicas: 2 });
  assert.equal(deployment.metadata.name, 'shop');
  assert.equal(service.kind, 'Service');
  assert.equal(metricsService, undefined);
});

test('props that make no sense are refused, all of them at once', () => {
  const chart = new Chart(Testing.app(), 'shop');
  assert.throws(
    () => new ElasticWeb(chart, 'shop', { ...spec, port: 0, protocol: 'UDP', name: 'a_b' }),
    InvalidPropsError,
  );
});
