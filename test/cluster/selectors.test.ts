/** Each ElasticWeb's Services and Deployment find its own pods, and nobody else's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../control-plane/eventually.ts';
import { deploymentSpec, ENDPOINT_SLICE, POD, serviceSpec } from './kinds.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
/** Names of which one begins with the other, and one that ends as the metrics Service of another does. */
const podsOf = { shop: 2, 'shop-2': 3, shopmetrics: 1 } as const;
type Name = keyof typeof podsOf;
const names = Object.keys(podsOf) as Name[];

test('the Services of two ElasticWebs in one namespace send to the pods of their own only', async () => {
  for (const name of names) {
    // The same labels and ports everywhere: only the product's own labels can tell them apart.
    await world.create(name, { replicas: podsOf[name], mtargetPort: 9090, podLabels: { tier: 'web' } });
  }
  await Promise.all(names.map((name) => world.ready(name)));

  for (const name of names) {
    const own = await podNames(`app.kubernetes.io/instance=${name}`);
    assert.equal(own.length, podsOf[name]);
    assert.ok(
      own.every((pod) => pod.startsWith(`${name}-`)),
      own.join(),
    );
    for (const service of [name, `${name}-metrics`]) {
      await eventually(async () => assert.deepEqual(await targetsOf(service), own), {
        timeoutMs: 30_000,
        what: `Service ${service} to send to its own pods`,
      });
    }
  }
});

test('the label selectors name the ElasticWeb, and every other selector leaves its pods out', async () => {
  for (const name of names) {
    const selector = { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': name };
    const spec = deploymentSpec(await world.deployment(name));
    assert.deepEqual(spec.selector.matchLabels, selector);
    assert.deepEqual(serviceSpec(await world.service(name)).selector, selector);
    assert.deepEqual(serviceSpec(await world.service(`${name}-metrics`)).selector, selector);

    const { labels } = spec.template.metadata;
    assert.equal(labels.tier, 'web');
    assert.equal(labels['app.kubernetes.io/instance'], name);
  }
});

test('the selector in the status, which autoscalers use, finds the same pods', async () => {
  for (const name of names) {
    const selector = (await world.web(name))?.status?.selector ?? '';

    assert.deepEqual(await podNames(selector), await podNames(`app.kubernetes.io/instance=${name}`));
  }
});

async function podNames(labelSelector: string): Promise<string[]> {
  const { items } = await world.client.listAll(POD, { namespace: world.namespace, labelSelector });
  return items.map(({ metadata }) => metadata.name).sort();
}

/** The pods to which a Service sends, by its EndpointSlices. */
async function targetsOf(service: string): Promise<string[]> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const { items } = await world.client.listAll(ENDPOINT_SLICE, { namespace: world.namespace, labelSelector });
  return items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .map(({ targetRef }) => targetRef?.name ?? '')
    .sort();
}
