/** What holds for the children of every valid ElasticWeb. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { manifestsOf, render } from '../../src/construct/render.ts';
import { deepFreeze, elasticWeb, EVERYTHING, type JsonObject } from '../api/objects.ts';
import { anyElasticWeb, elasticWebName } from './arbitraries.ts';
import { asYaml, childrenOf, roles, validElasticWeb, type RenderedChildren } from './rendered.ts';

// The properties share one kind of input, so together they see many more than each of them.
fc.configureGlobal({ numRuns: 50 });

/** Asserts it of the children of many ElasticWebs. */
function always(holds: (children: RenderedChildren, resource: JsonObject) => void): void {
  fc.assert(fc.property(anyElasticWeb, (resource) => holds(roles(childrenOf(resource)), resource)));
}

const servicesOf = ({ service, metricsService }: RenderedChildren) =>
  metricsService === undefined ? [service] : [service, metricsService];
const podLabelsOf = ({ deployment }: RenderedChildren) => deployment.spec.template.metadata.labels;
const unique = (values: readonly unknown[]) => new Set(values).size === values.length;

test('the same resource gives the same bytes', () => {
  fc.assert(
    fc.property(anyElasticWeb, (resource) => {
      assert.equal(asYaml(childrenOf(resource)), asYaml(childrenOf(structuredClone(resource))));
    }),
  );
});

test('the order of the keys does not matter', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, child]) => [key, reversed(child)]),
    );
  };
  assert.equal(asYaml(childrenOf(reversed(EVERYTHING) as JsonObject)), asYaml(childrenOf(EVERYTHING)));
});

test('a render leaves the resource as it is', () => {
  const frozen = deepFreeze(validElasticWeb(EVERYTHING));
  assert.doesNotThrow(() => render(frozen, deepFreeze({ replicas: 1, currentNodePort: 30_000 })));
});

test('what a render returns can be changed without changing the resource or the next render', () => {
  const resource = validElasticWeb(EVERYTHING);
  const before = JSON.stringify(resource);
  const [deployment] = manifestsOf(render(resource, { replicas: 1 }));
  scribble(deployment);
  assert.equal(JSON.stringify(resource), before);
  assert.equal(asYaml(manifestsOf(render(resource, { replicas: 2 }))), asYaml(childrenOf(EVERYTHING)));
});

test('pods are selected by exactly the name of the product and the name of the ElasticWeb', () => {
  always((children, resource) => {
    const { name } = resource.metadata as { name: string };
    const expected = { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': name };
    assert.deepEqual(children.deployment.spec.selector, { matchLabels: expected });
    for (const service of servicesOf(children)) assert.deepEqual(service.spec.selector, expected);
  });
});

test('every selector finds its own pods', () => {
  always((children) => {
    const selectors = [
      children.deployment.spec.selector.matchLabels,
      ...servicesOf(children).map(({ spec }) => spec.selector),
    ];
    for (const selector of selectors) assert.ok(selects(selector, podLabelsOf(children)));
  });
});

test('two ElasticWebs never select the pods of each other', () => {
  fc.assert(
    fc.property(anyElasticWeb, anyElasticWeb, elasticWebName, (one, other, name) => {
      const second = { ...other, metadata: { ...(other.metadata as JsonObject), name } };
      fc.pre((one.metadata as JsonObject).name !== name);
      const [a, b] = [roles(childrenOf(one)), roles(childrenOf(second))];
      for (const { spec } of servicesOf(a)) assert.equal(selects(spec.selector, podLabelsOf(b)), false);
      assert.equal(selects(a.deployment.spec.selector.matchLabels, podLabelsOf(b)), false);
    }),
  );
});

test('the selector does not move when anything but the name changes', () => {
  fc.assert(
    fc.property(anyElasticWeb, anyElasticWeb, (one, other) => {
      const renamed = { ...other, metadata: { ...(other.metadata as JsonObject), name: 'shop' } };
      const selectorOf = (resource: JsonObject) => roles(childrenOf(resource)).deployment.spec.selector;
      assert.deepEqual(selectorOf({ ...one, metadata: { name: 'shop' } }), selectorOf(renamed));
    }),
  );
});

test('container ports differ in name, and in number or protocol', () => {
  always(({ deployment }) => {
    const { ports } = deployment.spec.template.spec.containers[0];
    assert.ok(unique(ports.map(({ name }) => name)));
    assert.ok(unique(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`)));
  });
});

test('a target port by name is a port of the container, of the same protocol', () => {
  always((children) => {
    const { ports } = children.deployment.spec.template.spec.containers[0];
    for (const { targetPort, protocol } of servicesOf(children).flatMap(({ spec }) => spec.ports)) {
      if (typeof targetPort === 'number') continue;
      assert.equal(ports.find(({ name }) => name === targetPort)?.protocol, protocol, targetPort);
    }
  });
});

test('metrics are read over TCP from a port that the container has', () => {
  always(({ deployment, metricsService }) => {
    if (metricsService === undefined) return;
    const [{ targetPort, protocol }] = metricsService.spec.ports;
    const { ports } = deployment.spec.template.spec.containers[0];
    const found = ports.find((port) => port.protocol === 'TCP' && [port.name, port.containerPort].includes(targetPort));
    assert.ok(found, String(targetPort));
    assert.equal(protocol, 'TCP');
  });
});

test('a Service has one port, and names that Kubernetes takes', () => {
  always((children) => {
    for (const { metadata, spec } of servicesOf(children)) {
      assert.equal(spec.ports.length, 1);
      assert.match(spec.ports[0].name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      assert.match(metadata.name, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }
  });
});

test('children are called by names of at most 63 characters, in the namespace of the resource', () => {
  const longest = [elasticWeb({ mtargetPort: 1 }, { name: 'x'.repeat(55) }), elasticWeb({}, { name: 'x'.repeat(63) })];
  for (const resource of longest) {
    for (const { metadata } of childrenOf(resource)) assert.ok(metadata.name.length <= 63, metadata.name);
  }
  always(({ deployment, service, metricsService }, resource) => {
    const { name, namespace } = resource.metadata as { name: string; namespace: string | null };
    assert.deepEqual([deployment.metadata.name, service.metadata.name], [name, name]);
    assert.equal(metricsService?.metadata.name ?? `${name}-metrics`, `${name}-metrics`);
    for (const child of [deployment, service]) assert.equal(child.metadata.namespace ?? null, namespace);
  });
});

test('every child carries the labels by which it is found', () => {
  always(({ deployment, service, metricsService }, resource) => {
    const { name } = resource.metadata as { name: string };
    for (const child of [deployment, service, ...(metricsService ? [metricsService] : [])]) {
      assert.deepEqual(child.metadata.labels, {
        app: name,
        'app.kubernetes.io/name': 'elasticweb',
        'app.kubernetes.io/instance': name,
        'app.kubernetes.io/managed-by': 'elasticweb',
      });
    }
  });
});

test('metrics and node ports stay where they belong', () => {
  always(({ service, metricsService }, resource) => {
    const { mtargetPort } = resource.spec as { mtargetPort: unknown };
    assert.equal(metricsService === undefined, mtargetPort === null);
    assert.equal(metricsService?.spec.type ?? 'ClusterIP', 'ClusterIP');
    if (service.spec.type === 'ClusterIP') assert.equal(service.spec.ports[0].nodePort, undefined);
  });
});

test('children are plain JSON, in which nothing is null', () => {
  always(({ deployment, service }) => {
    for (const child of [deployment, service]) {
      const json = JSON.stringify(child);
      assert.deepEqual(JSON.parse(json), child);
      assert.doesNotMatch(json, /null|undefined|NaN/);
    }
  });
});

function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Changes every value in it. */
function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    scribble(child);
    Reflect.set(value, key, 'scribbled');
  }
}
