/** Changes of what the container sees, and of how the kubelet looks at it. */

import { at, type ChangeRow, CONTAINER, gone, POD } from './row.ts';

const variable = (name: string, value: string) => ({ name, value });

export const environment: readonly ChangeRow[] = [
  {
    name: 'env edited, and one more',
    from: { env: [variable('A', '1')] },
    patch: { env: [variable('A', '2'), variable('B', '3')] },
    changed: at(`${CONTAINER}.env`, { '[0].value': '2', '[1].name': 'B', '[1].value': '3' }),
  },
  {
    name: 'env without its first variable',
    from: { env: [variable('A', '1'), variable('B', '2')] },
    patch: { env: [variable('B', '2')] },
    changed: at(`${CONTAINER}.env`, {
      '[0].name': 'B',
      '[0].value': '2',
      '[1].name': undefined,
      '[1].value': undefined,
    }),
  },
  {
    name: 'env in another order, which matters to $(VAR)',
    from: { env: [variable('A', '1'), variable('B', '$(A)')] },
    patch: { env: [variable('B', '$(A)'), variable('A', '1')] },
    changed: at(`${CONTAINER}.env`, {
      '[0].name': 'B',
      '[0].value': '$(A)',
      '[1].name': 'A',
      '[1].value': '1',
    }),
  },
  {
    name: 'env from a value to a reference',
    from: { env: [variable('A', '1')] },
    patch: { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
    changed: at(`${CONTAINER}.env[0]`, {
      '.value': undefined,
      '.valueFrom.fieldRef.apiVersion': 'v1',
      '.valueFrom.fieldRef.fieldPath': 'metadata.name',
    }),
  },
  {
    name: 'env from a reference to a value',
    from: { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
    patch: { env: [variable('A', '1')] },
    changed: at(`${CONTAINER}.env[0]`, {
      '.value': '1',
      '.valueFrom.fieldRef.apiVersion': undefined,
      '.valueFrom.fieldRef.fieldPath': undefined,
    }),
  },
  {
    name: 'env removed',
    from: { env: [variable('A', '1')] },
    patch: { env: null },
    changed: gone(`${CONTAINER}.env[0].name`, `${CONTAINER}.env[0].value`),
  },
  {
    name: 'envFrom',
    from: { envFrom: [{ configMapRef: { name: 'settings' } }] },
    patch: { envFrom: [{ prefix: 'X_', configMapRef: { name: 'other' } }] },
    changed: at(`${CONTAINER}.envFrom[0]`, { '.prefix': 'X_', '.configMapRef.name': 'other' }),
  },
];

const PROBE_DEFAULTS = {
  '.failureThreshold': 3,
  '.periodSeconds': 10,
  '.successThreshold': 1,
  '.timeoutSeconds': 1,
};

export const probes: readonly ChangeRow[] = [
  ...(['readinessProbe', 'livenessProbe', 'startupProbe'] as const).map((probe) => ({
    name: `${probe} added`,
    patch: { [probe]: { tcpSocket: { port: 'http' } } },
    changed: at(`${CONTAINER}.${probe}`, { '.tcpSocket.port': 'http', ...PROBE_DEFAULTS }),
  })),
  {
    name: 'readinessProbe from one kind of check to another',
    from: { readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 } },
    patch: { readinessProbe: { httpGet: null, tcpSocket: { port: 8080 } } },
    changed: at(`${CONTAINER}.readinessProbe`, {
      '.httpGet.path': undefined,
      '.httpGet.port': undefined,
      '.httpGet.scheme': undefined,
      '.tcpSocket.port': 8080,
    }),
  },
  {
    name: 'readinessProbe removed',
    from: { readinessProbe: { tcpSocket: { port: 'http' } } },
    patch: { readinessProbe: null },
    changed: gone(
      ...['.tcpSocket.port', ...Object.keys(PROBE_DEFAULTS)].map((step) => `${CONTAINER}.readinessProbe${step}`),
    ),
  },
];

export const endings: readonly ChangeRow[] = [
  {
    name: 'terminationGracePeriodSeconds',
    patch: { terminationGracePeriodSeconds: 60 },
    changed: { [`${POD}.terminationGracePeriodSeconds`]: 60 },
  },
  {
    name: 'terminationGracePeriodSeconds removed',
    from: { terminationGracePeriodSeconds: 60 },
    patch: { terminationGracePeriodSeconds: null },
    changed: { [`${POD}.terminationGracePeriodSeconds`]: 30 },
  },
  {
    name: 'preStopSleepSeconds',
    patch: { preStopSleepSeconds: 5 },
    changed: { [`${CONTAINER}.lifecycle.preStop.sleep.seconds`]: 5 },
  },
  {
    name: 'preStopSleepSeconds back to none',
    from: { preStopSleepSeconds: 5 },
    patch: { preStopSleepSeconds: 0 },
    changed: gone(`${CONTAINER}.lifecycle.preStop.sleep.seconds`),
  },
];
