/** What users of cdk8s and cdk8s-plus expect of a construct. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { ElasticWebCrd } from '../../src/construct/crd.ts';
import { ElasticWeb } from '../../src/construct/elastic-web.ts';
import { ElasticWebResource } from '../../src/construct/elastic-web-resource.ts';
import { ElasticWebInstall } from '../../src/construct/install.ts';
import { InvalidPropsError } from '../../src/construct/invalid-props.ts';
import type { Manifest } from '../../src/construct/manifest.ts';

const shop = { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500, totalQPS: 700 };

/** A chart of its own, and what is in it when it is rendered. */
function newChart(): { readonly chart: Chart; readonly manifests: () => Manifest[] } {
  const chart = new Chart(new App(), 'chart', { disableResourceNameHashes: true });
  return { chart, manifests: () => chart.toJson() as Manifest[] };
}

const cpu = () => [kplus.Metric.resourceCpu(kplus.MetricTarget.averageUtilization(70))];

test('the main object of a construct is found by ApiObject.of', () => {
  const { chart } = newChart();
  const web = new ElasticWeb(chart, 'shop', shop);
  const resource = new ElasticWebResource(chart, 'book', { spec: shop });
  const install = new ElasticWebInstall(chart, 'elasticweb');
  assert.equal(ApiObject.of(web), web.deployment);
  assert.equal(ApiObject.of(resource), resource);
  assert.equal(ApiObject.of(install), install.syncer);
  assert.equal(ApiObject.of(new ElasticWebCrd(chart, 'crd')).kind, 'CustomResourceDefinition');
});

test('labels and patches can be added after construction', () => {
  const { chart, manifests } = newChart();
  const web = new ElasticWeb(chart, 'shop', shop);
  web.service.metadata.addLabel('team', 'shop');
  ApiObject.of(web).addJsonPatch(JsonPatch.add('/spec/template/spec/dnsPolicy', 'Default'));

  const [deployment, service] = manifests();
  assert.equal(service?.metadata.labels?.team, 'shop');
  const { template } = deployment?.spec as { template: { spec: { dnsPolicy: string } } };
  assert.equal(template.spec.dnsPolicy, 'Default');
});

test('what it depends on comes before it', () => {
  const { chart, manifests } = newChart();
  const web = new ElasticWeb(chart, 'shop', shop);
  web.node.addDependency(new kplus.ConfigMap(chart, 'settings'));
  assert.deepEqual(
    manifests().map(({ kind }) => kind),
    ['ConfigMap', 'Deployment', 'Service'],
  );
});

test("it can be the target of cdk8s-plus' autoscaler", () => {
  const { chart, manifests } = newChart();
  const web = new ElasticWeb(chart, 'shop', { ...shop, replicas: 'External' });
  new kplus.HorizontalPodAutoscaler(chart, 'hpa', { target: web, maxReplicas: 9, metrics: cpu() });

  const [deployment, , autoscaler] = manifests();
  assert.ok(!('replicas' in (deployment?.spec as object)));
  const { scaleTargetRef } = autoscaler?.spec as { scaleTargetRef: object };
  assert.deepEqual(scaleTargetRef, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' });
});

test('an autoscaler is refused where the number of pods is fixed, even at none', () => {
  for (const props of [shop, { ...shop, replicas: 3 }, { ...shop, totalQPS: 0 }]) {
    const { chart } = newChart();
    const web = new ElasticWeb(chart, 'shop', props);
    assert.throws(
      () => new kplus.HorizontalPodAutoscaler(chart, 'hpa', { target: web, maxReplicas: 9, metrics: cpu() }),
      (error: unknown) =>
        error instanceof InvalidPropsError && error.message.includes('replicas: must be External, for the autoscaler'),
    );
  }
});
