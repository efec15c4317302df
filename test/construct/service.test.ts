/** The Services: ports, targets, and what a type allows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RenderOptions } from '../../src/construct/render.ts';
import { elasticWeb, type JsonObject } from '../api/objects.ts';
import { childrenOf, roles, rolesOf, type RenderedContainerPort, type RenderedServicePort } from './rendered.ts';

const portOf = (spec: JsonObject, options: Partial<RenderOptions> = {}) => rolesOf(spec, options).service.spec.ports[0];

const trafficPorts: readonly {
  readonly name: string;
  readonly spec: JsonObject;
  readonly port: RenderedServicePort;
}[] = [
  {
    name: 'goes to podPort unless told otherwise',
    spec: {},
    port: { name: 'http-traffic', port: 80, protocol: 'TCP', targetPort: 8080 },
  },
  {
    name: 'speaks the protocol of the container',
    spec: { protocol: 'UDP' },
    port: { name: 'http-traffic', port: 80, protocol: 'UDP', targetPort: 8080 },
  },
  {
    name: 'is called after spec.name, and may go there by name',
    spec: { name: 'fifteen-letters', targetPort: 'fifteen-letters' },
    port: { name: 'fifteen-letters-traffic', port: 80, protocol: 'TCP', targetPort: 'fifteen-letters' },
  },
  {
    name: 'goes to a number that no container port has, if asked',
    spec: { targetPort: 9999 },
    port: { name: 'http-traffic', port: 80, protocol: 'TCP', targetPort: 9999 },
  },
  {
    name: 'has the fixed node port',
    spec: { serviceType: 'NodePort', nodePort: 30_004 },
    port: { name: 'http-traffic', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30_004 },
  },
];
for (const { name, spec, port } of trafficPorts) {
  test(`the traffic port ${name}`, () => {
    assert.deepEqual(portOf(spec), port);
  });
}

const nodePorts = [
  { name: 'kept on a LoadBalancer', spec: {}, current: 31_000, nodePort: 31_000 },
  { name: 'kept on a NodePort', spec: { serviceType: 'NodePort' }, current: 31_000, nodePort: 31_000 },
  { name: 'kept when the port changes', spec: { port: 81 }, current: 31_000, nodePort: 31_000 },
  { name: 'given up for a fixed one', spec: { nodePort: 30_004 }, current: 31_000, nodePort: 30_004 },
  { name: 'given up with ClusterIP', spec: { serviceType: 'ClusterIP' }, current: 31_000, nodePort: undefined },
  { name: 'left to Kubernetes when there is none yet', spec: {}, current: undefined, nodePort: undefined },
] as const;
for (const { name, spec, current, nodePort } of nodePorts) {
  test(`the current node port is ${name}`, () => {
    const options = current === undefined ? {} : { currentNodePort: current };
    assert.equal(portOf(spec, options).nodePort, nodePort);
  });
}

const metricsPorts: readonly {
  readonly name: string;
  readonly spec: JsonObject;
  readonly containerPorts: readonly RenderedContainerPort[];
  readonly port: number;
  readonly targetPort: number | string;
}[] = [
  {
    name: 'a number of its own',
    spec: { mtargetPort: 9090 },
    containerPorts: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
    ],
    port: 9090,
    targetPort: 9090,
  },
  {
    name: 'the name metrics',
    spec: { mtargetPort: 'metrics' },
    containerPorts: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'metrics', containerPort: 8090, protocol: 'TCP' },
    ],
    port: 8090,
    targetPort: 'metrics',
  },
  {
    name: 'the number of the traffic port',
    spec: { mtargetPort: 8080 },
    containerPorts: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    port: 8080,
    targetPort: 8080,
  },
  {
    name: 'the name of the traffic port',
    spec: { mtargetPort: 'http' },
    containerPorts: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    port: 8090,
    targetPort: 'http',
  },
  {
    name: 'the name metrics where the traffic port has that number',
    spec: { mtargetPort: 'metrics', podPort: 8090 },
    containerPorts: [{ name: 'http', containerPort: 8090, protocol: 'TCP' }],
    port: 8090,
    targetPort: 'http',
  },
  {
    name: 'the number of a traffic port that speaks UDP',
    spec: { mtargetPort: 8080, protocol: 'UDP' },
    containerPorts: [
      { name: 'http', containerPort: 8080, protocol: 'UDP' },
      { name: 'metrics', containerPort: 8080, protocol: 'TCP' },
    ],
    port: 8080,
    targetPort: 8080,
  },
  {
    name: 'the name of a traffic port that speaks UDP, which must not be found by that name',
    spec: { mtargetPort: 'http', protocol: 'UDP' },
    containerPorts: [
      { name: 'http', containerPort: 8080, protocol: 'UDP' },
      { name: 'metrics', containerPort: 8080, protocol: 'TCP' },
    ],
    port: 8090,
    targetPort: 'metrics',
  },
];
for (const { name, spec, containerPorts, port, targetPort } of metricsPorts) {
  test(`mtargetPort is ${name}`, () => {
    const { deployment, service, metricsService } = rolesOf(spec);
    assert.deepEqual(deployment.spec.template.spec.containers[0].ports, containerPorts);
    assert.deepEqual(metricsService?.spec.ports, [{ name: 'metric-traffic', port, protocol: 'TCP', targetPort }]);
    assert.equal(service.spec.ports.length, 1);
  });
}

test('without mtargetPort there is no Service for metrics', () => {
  assert.equal(rolesOf().metricsService, undefined);
});

test('metrics are never on a public load balancer, whatever the traffic is on', () => {
  for (const serviceType of ['LoadBalancer', 'NodePort', 'ClusterIP']) {
    const { metricsService } = rolesOf({
      serviceType,
      mtargetPort: 9090,
      service: { annotations: { 'example.com/internet': 'true' }, sessionAffinity: 'ClientIP' },
    });
    assert.deepEqual(Object.keys(metricsService?.spec ?? {}).sort(), ['ports', 'selector', 'type']);
    assert.equal(metricsService?.spec.type, 'ClusterIP');
    assert.equal(metricsService.metadata.annotations, undefined);
  }
});

test("the requirements' ServiceMonitor finds the metrics Service: by the label app, and by the name of its port", () => {
  const { metricsService } = roles(childrenOf(elasticWeb({ mtargetPort: 8090 }, { name: 'elasticweb-sample' })));
  assert.equal(metricsService?.metadata.labels?.app, 'elasticweb-sample');
  assert.equal(metricsService.spec.ports[0].name, 'metric-traffic');
});

test('the settings of the Service are passed on, and nothing is written that nobody asked for', () => {
  const service = {
    loadBalancerClass: 'example.com/internal',
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    externalTrafficPolicy: 'Local',
    sessionAffinity: 'ClientIP',
  };
  const { spec } = rolesOf({ service }).service;
  assert.deepEqual(Object.fromEntries(Object.keys(service).map((key) => [key, spec[key]])), service);
  assert.deepEqual(Object.keys(rolesOf().service.spec).sort(), ['ports', 'selector', 'type']);
});
