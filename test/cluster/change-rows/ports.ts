/** Changes of ports and of the number of pods. */

import { at, type ChangeRow, CONTAINER, PORT } from './row.ts';

export const ports: readonly ChangeRow[] = [
  { name: 'port', patch: { port: 81 }, changed: { [`${PORT}.port`]: 81 } },
  {
    name: 'port of a Service with a node port, which stays',
    from: { serviceType: 'NodePort' },
    patch: { port: 81 },
    changed: { [`${PORT}.port`]: 81 },
  },
  {
    name: 'podPort, and the target port that follows it',
    patch: { podPort: 8081 },
    changed: { [`${CONTAINER}.ports[0].containerPort`]: 8081, [`${PORT}.targetPort`]: 8081 },
  },
  {
    name: 'podPort beside a target port of its own',
    from: { targetPort: 9000 },
    patch: { podPort: 8081 },
    changed: { [`${CONTAINER}.ports[0].containerPort`]: 8081 },
  },
  { name: 'targetPort added', patch: { targetPort: 9000 }, changed: { [`${PORT}.targetPort`]: 9000 } },
  {
    name: 'targetPort from number to name',
    from: { targetPort: 8080 },
    patch: { targetPort: 'http' },
    changed: { [`${PORT}.targetPort`]: 'http' },
  },
  {
    name: 'targetPort removed',
    from: { targetPort: 'http' },
    patch: { targetPort: null },
    changed: { [`${PORT}.targetPort`]: 8080 },
  },
  {
    name: 'name of the port',
    patch: { name: 'web' },
    changed: { [`${CONTAINER}.ports[0].name`]: 'web', [`${PORT}.name`]: 'web-traffic' },
  },
  {
    name: 'name of a port that the target port names',
    from: { targetPort: 'http' },
    patch: { name: 'web', targetPort: 'web' },
    changed: {
      [`${CONTAINER}.ports[0].name`]: 'web',
      [`${PORT}.name`]: 'web-traffic',
      [`${PORT}.targetPort`]: 'web',
    },
  },
  {
    name: 'protocol',
    patch: { protocol: 'UDP' },
    changed: { [`${CONTAINER}.ports[0].protocol`]: 'UDP', [`${PORT}.protocol`]: 'UDP' },
  },
  {
    name: 'nodePort',
    from: { serviceType: 'NodePort', nodePort: 30_020 },
    patch: { nodePort: 30_021 },
    changed: { [`${PORT}.nodePort`]: 30_021 },
  },
  {
    name: 'mtargetPort changed',
    from: { mtargetPort: 9090 },
    patch: { mtargetPort: 9091 },
    changed: {
      [`${CONTAINER}.ports[1].containerPort`]: 9091,
      'metricsService.spec.ports[0].port': 9091,
      'metricsService.spec.ports[0].targetPort': 9091,
    },
  },
  {
    name: 'mtargetPort from number to the name of the traffic port',
    from: { mtargetPort: 9090 },
    patch: { mtargetPort: 'http' },
    changed: {
      ...at(`${CONTAINER}.ports[1]`, { '.containerPort': undefined, '.name': undefined, '.protocol': undefined }),
      'metricsService.spec.ports[0].port': 8090,
      'metricsService.spec.ports[0].targetPort': 'http',
    },
  },
];

export const replicas: readonly ChangeRow[] = [
  { name: 'totalQPS', patch: { totalQPS: 700 }, changed: { 'deployment.spec.replicas': 2 } },
  { name: 'totalQPS removed', patch: { totalQPS: null }, changed: { 'deployment.spec.replicas': 1 } },
  {
    name: 'singlePodQPS',
    from: { totalQPS: 1000, singlePodQPS: 1000 },
    patch: { singlePodQPS: 500 },
    changed: { 'deployment.spec.replicas': 2 },
  },
  { name: 'singlePodQPS without a load', patch: { singlePodQPS: 7 }, changed: {} },
  { name: 'replicas', patch: { replicas: 3 }, changed: { 'deployment.spec.replicas': 3 } },
  {
    name: 'replicas removed',
    from: { replicas: 1 },
    patch: { replicas: null },
    changed: { 'deployment.spec.replicas': 0 },
  },
  {
    name: 'autoscaling with a floor',
    patch: { autoscaling: { minReplicas: 2, maxReplicas: 5 } },
    changed: { 'deployment.spec.replicas': 2 },
  },
];
