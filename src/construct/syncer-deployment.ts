/** The syncer as a Deployment: its image, flags, probes, and what its pods may use. */

import { VERSION } from '../api/version.ts';
import type { ElasticWebInstallProps } from './install.ts';
import { compact } from './manifest.ts';
import type { SyncerIdentity } from './rbac.ts';

/** Where the syncer serves its metrics and probes. */
const PORT = 8080;
/** The volume with what Prometheus asks for. */
const SECRET = 'prometheus';
const SECRET_PATH = '/etc/elasticweb/prometheus';

/** The labels by which the pods of a syncer are found. */
export function syncerLabels(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

/** Several syncers, of which one works, on different nodes where there are some. It names the image, its flags, and what each may use. */
export function syncerDeployment({ name, namespace }: SyncerIdentity, props: ElasticWebInstallProps) {
  const selector = syncerLabels(name);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...selector, 'app.kubernetes.io/version': VERSION } },
    spec: {
      replicas: props.replicas ?? 2,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: true,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 65_532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            compact({
              name: 'syncer',
              image: props.image ?? `elasticweb:${VERSION}`,
              imagePullPolicy: props.imagePullPolicy,
              args: syncerArguments(name, props),
              env: [
                // Node's default lets short-lived objects fill tens of MB before it looks; this is no slower and takes 40 % less.
                { name: 'NODE_OPTIONS', value: '--max-semi-space-size=4' },
                // glibc gives each thread a heap of its own, and Node's threads leave theirs half empty: 14 to 30 MB.
                { name: 'MALLOC_ARENA_MAX', value: '1' },
              ],
              ports: [{ name: 'http', containerPort: PORT }],
              // Whether the API server answers is no matter of these: no restart would mend it.
              livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, timeoutSeconds: 5 },
              readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, timeoutSeconds: 5 },
              resources: props.resources ?? {
                requests: { cpu: '50m', memory: '96Mi' },
                limits: { memory: '512Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: props.prometheusSecret && [{ name: SECRET, mountPath: SECRET_PATH, readOnly: true }],
            }),
          ],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: selector },
            },
          ],
          ...compact({
            volumes: props.prometheusSecret && [{ name: SECRET, secret: { secretName: props.prometheusSecret } }],
          }),
        },
      },
    },
  };
}

function syncerArguments(
  name: string,
  {
    watchNamespaces = [],
    selector,
    allowedServiceTypes,
    maxReplicas,
    prometheusUrl,
    args = [],
  }: ElasticWebInstallProps,
) {
  return [
    'syncer',
    '--leader-elect',
    `--lease-name=${name}`,
    `--listen=:${PORT}`,
    ...[...new Set(watchNamespaces)].map((namespace) => `--namespace=${namespace}`),
    ...(selector === undefined ? [] : [`--selector=${selector}`]),
    ...(allowedServiceTypes === undefined ? [] : [`--allowed-service-types=${allowedServiceTypes.join(',')}`]),
    ...(maxReplicas === undefined ? [] : [`--max-replicas=${maxReplicas}`]),
    ...(prometheusUrl === undefined ? [] : [`--prometheus-url=${prometheusUrl}`]),
    ...args,
  ];
}
