/** Changes of what the pods are. */

import { ANYTHING, at, type ChangeRow, CONTAINER, POD, TEMPLATE } from './row.ts';

export const pods: readonly ChangeRow[] = [
  { name: 'image', patch: { image: 'nginx:1.30' }, changed: { [`${CONTAINER}.image`]: 'nginx:1.30' } },
  {
    name: 'imagePullPolicy',
    patch: { imagePullPolicy: 'Always' },
    changed: { [`${CONTAINER}.imagePullPolicy`]: 'Always' },
  },
  {
    name: 'imagePullSecrets',
    patch: { imagePullSecrets: [{ name: 'registry' }] },
    changed: { [`${POD}.imagePullSecrets[0].name`]: 'registry' },
  },
  {
    name: 'command and args',
    patch: { command: ['serve', '--quiet'], args: ['now'] },
    changed: at(CONTAINER, { '.command[0]': 'serve', '.command[1]': '--quiet', '.args[0]': 'now' }),
  },
  {
    name: 'command and args removed',
    from: { command: ['serve'], args: ['now'] },
    patch: { command: null, args: null },
    changed: at(CONTAINER, { '.command[0]': undefined, '.args[0]': undefined }),
  },
  {
    name: 'resources',
    from: { resources: { limits: { cpu: '500m', memory: '64Mi' } } },
    patch: { resources: { limits: { cpu: '800m' } } },
    changed: { [`${CONTAINER}.resources.limits.cpu`]: '800m' },
  },
  {
    name: 'resources in other words for the same amount',
    from: { resources: { limits: { cpu: '500m', memory: '1Gi' } } },
    patch: { resources: { limits: { cpu: '0.5', memory: '1024Mi' } } },
    changed: {},
  },
  {
    name: 'resources removed',
    from: { resources: { limits: { cpu: '500m' }, requests: { cpu: '100m' } } },
    patch: { resources: null },
    changed: at(`${CONTAINER}.resources`, { '': '{}', '.limits.cpu': undefined, '.requests.cpu': undefined }),
  },
  {
    name: 'podSecurity',
    patch: { podSecurity: 'Restricted' },
    changed: {
      [`${POD}.securityContext.runAsNonRoot`]: true,
      ...at(`${CONTAINER}.securityContext`, { '.runAsNonRoot': true, '.capabilities.drop[0]': 'ALL' }),
    },
  },
  {
    name: 'podAnnotations edited, added and removed',
    from: { podAnnotations: { edited: 'before', removed: 'yes' } },
    patch: { podAnnotations: { edited: 'after', added: 'yes', removed: null } },
    changed: at(`${TEMPLATE}.metadata.annotations`, { '.edited': 'after', '.added': 'yes', '.removed': undefined }),
  },
  {
    name: 'podLabels edited, added and removed, and no selector with them',
    from: { podLabels: { edited: 'before', removed: 'yes' } },
    patch: { podLabels: { edited: 'after', added: 'yes', removed: null } },
    changed: at(`${TEMPLATE}.metadata.labels`, { '.edited': 'after', '.added': 'yes', '.removed': undefined }),
  },
  { name: 'nodeSelector', patch: { nodeSelector: { disk: 'ssd' } }, changed: { [`${POD}.nodeSelector.disk`]: 'ssd' } },
  {
    name: 'tolerations',
    patch: { tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }] },
    changed: at(`${POD}.tolerations[0]`, { '.key': 'spot', '.operator': 'Exists', '.effect': 'NoSchedule' }),
  },
  {
    name: 'topologySpreadConstraints, which mean the own pods unless they say otherwise',
    patch: {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
    },
    changed: at(`${POD}.topologySpreadConstraints[0]`, {
      '.maxSkew': 1,
      '.topologyKey': 'zone',
      '.whenUnsatisfiable': 'ScheduleAnyway',
      '.labelSelector.matchLabels.app.kubernetes.io/name': 'elasticweb',
      '.labelSelector.matchLabels.app.kubernetes.io/instance': ANYTHING,
    }),
  },
  {
    name: 'affinity removed',
    from: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
          },
        },
      },
    },
    patch: { affinity: null },
    changed: at(
      `${POD}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]`,
      { '.key': undefined, '.operator': undefined },
    ),
  },
];
