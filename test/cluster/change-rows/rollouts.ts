/** Changes of how pods are replaced, and of the Service beside its port. */

import { ANYTHING, at, type ChangeRow, gone, PORT } from './row.ts';

const STRATEGY = 'deployment.spec.strategy';

export const rollouts: readonly ChangeRow[] = [
  {
    name: 'strategy from the default to Recreate',
    patch: { strategy: { type: 'Recreate' } },
    changed: at(STRATEGY, {
      '.type': 'Recreate',
      '.rollingUpdate.maxSurge': undefined,
      '.rollingUpdate.maxUnavailable': undefined,
    }),
  },
  {
    name: 'strategy from Recreate to numbers',
    from: { strategy: { type: 'Recreate' } },
    patch: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    changed: at(STRATEGY, {
      '.type': 'RollingUpdate',
      '.rollingUpdate.maxSurge': 1,
      '.rollingUpdate.maxUnavailable': 0,
    }),
  },
  {
    name: 'strategy from numbers to Recreate',
    from: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { type: 'Recreate', rollingUpdate: null } },
    changed: at(STRATEGY, {
      '.type': 'Recreate',
      '.rollingUpdate.maxSurge': undefined,
      '.rollingUpdate.maxUnavailable': undefined,
    }),
  },
  {
    name: 'strategy from a number to a percentage',
    from: { strategy: { rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { rollingUpdate: { maxSurge: '50%' } } },
    changed: { [`${STRATEGY}.rollingUpdate.maxSurge`]: '50%' },
  },
  {
    name: 'strategy removed',
    from: { strategy: { type: 'Recreate' } },
    patch: { strategy: null },
    changed: at(STRATEGY, {
      '.type': 'RollingUpdate',
      '.rollingUpdate.maxSurge': '25%',
      '.rollingUpdate.maxUnavailable': '25%',
    }),
  },
  {
    name: 'progressDeadlineSeconds',
    patch: { progressDeadlineSeconds: 60 },
    changed: { 'deployment.spec.progressDeadlineSeconds': 60 },
  },
  {
    name: 'progressDeadlineSeconds removed',
    from: { progressDeadlineSeconds: 60 },
    patch: { progressDeadlineSeconds: null },
    changed: { 'deployment.spec.progressDeadlineSeconds': 600 },
  },
];

const ANNOTATIONS = 'service.metadata.annotations';

export const services: readonly ChangeRow[] = [
  {
    name: 'serviceType from ClusterIP to NodePort',
    patch: { serviceType: 'NodePort' },
    changed: {
      'service.spec.type': 'NodePort',
      'service.spec.externalTrafficPolicy': 'Cluster',
      [`${PORT}.nodePort`]: ANYTHING,
    },
  },
  {
    name: 'serviceType from NodePort to ClusterIP',
    from: { serviceType: 'NodePort', nodePort: 30_022 },
    patch: { serviceType: 'ClusterIP', nodePort: null },
    changed: {
      'service.spec.type': 'ClusterIP',
      ...gone('service.spec.externalTrafficPolicy', `${PORT}.nodePort`),
    },
  },
  {
    name: 'serviceType from NodePort to LoadBalancer, and the node port stays',
    from: { serviceType: 'NodePort' },
    patch: { serviceType: 'LoadBalancer' },
    changed: { 'service.spec.type': 'LoadBalancer', 'service.spec.allocateLoadBalancerNodePorts': true },
  },
  {
    name: 'service.annotations edited, added and removed',
    from: { service: { annotations: { edited: 'before', removed: 'yes' } } },
    patch: { service: { annotations: { edited: 'after', added: 'yes', removed: null } } },
    changed: at(ANNOTATIONS, { '.edited': 'after', '.added': 'yes', '.removed': undefined }),
  },
  {
    name: 'service.annotations all removed',
    from: { service: { annotations: { one: 'yes' } } },
    patch: { service: null },
    changed: gone(`${ANNOTATIONS}.one`),
  },
  {
    name: 'service.sessionAffinity',
    patch: { service: { sessionAffinity: 'ClientIP' } },
    changed: at('service.spec', {
      '.sessionAffinity': 'ClientIP',
      '.sessionAffinityConfig.clientIP.timeoutSeconds': 10_800,
    }),
  },
  {
    name: 'service.sessionAffinity removed',
    from: { service: { sessionAffinity: 'ClientIP' } },
    patch: { service: null },
    changed: at('service.spec', {
      '.sessionAffinity': 'None',
      '.sessionAffinityConfig.clientIP.timeoutSeconds': undefined,
    }),
  },
  {
    name: 'service.sessionAffinity back to None',
    from: { service: { sessionAffinity: 'ClientIP' } },
    patch: { service: { sessionAffinity: 'None' } },
    changed: at('service.spec', {
      '.sessionAffinity': 'None',
      '.sessionAffinityConfig.clientIP.timeoutSeconds': undefined,
    }),
  },
  {
    name: 'service.externalTrafficPolicy',
    from: { serviceType: 'NodePort' },
    patch: { service: { externalTrafficPolicy: 'Local' } },
    changed: { 'service.spec.externalTrafficPolicy': 'Local' },
  },
  {
    name: 'service.externalTrafficPolicy removed',
    from: { serviceType: 'LoadBalancer', service: { externalTrafficPolicy: 'Local' } },
    patch: { service: null },
    changed: at('service.spec', { '.externalTrafficPolicy': 'Cluster', '.healthCheckNodePort': undefined }),
  },
  {
    name: 'service.loadBalancerSourceRanges',
    from: { serviceType: 'LoadBalancer', service: { loadBalancerSourceRanges: ['10.0.0.0/8', '192.0.2.0/24'] } },
    patch: { service: { loadBalancerSourceRanges: ['192.0.2.0/24'] } },
    changed: at('service.spec.loadBalancerSourceRanges', { '[0]': '192.0.2.0/24', '[1]': undefined }),
  },
  {
    name: 'service.loadBalancerSourceRanges removed',
    from: { serviceType: 'LoadBalancer', service: { loadBalancerSourceRanges: ['10.0.0.0/8'] } },
    patch: { service: null },
    changed: gone('service.spec.loadBalancerSourceRanges[0]'),
  },
  {
    name: 'service.loadBalancerClass together with the type that has one',
    patch: { serviceType: 'LoadBalancer', service: { loadBalancerClass: 'example.com/internal' } },
    changed: {
      'service.spec.type': 'LoadBalancer',
      'service.spec.loadBalancerClass': 'example.com/internal',
      'service.spec.allocateLoadBalancerNodePorts': true,
      'service.spec.externalTrafficPolicy': 'Cluster',
      [`${PORT}.nodePort`]: ANYTHING,
    },
  },
  {
    name: 'all settings of a load balancer removed with it',
    from: {
      serviceType: 'LoadBalancer',
      service: {
        loadBalancerClass: 'example.com/internal',
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        externalTrafficPolicy: 'Local',
      },
    },
    patch: { serviceType: 'ClusterIP', service: null },
    changed: {
      'service.spec.type': 'ClusterIP',
      ...gone(
        'service.spec.loadBalancerClass',
        'service.spec.loadBalancerSourceRanges[0]',
        'service.spec.externalTrafficPolicy',
        'service.spec.healthCheckNodePort',
        'service.spec.allocateLoadBalancerNodePorts',
        `${PORT}.nodePort`,
      ),
    },
  },
];
