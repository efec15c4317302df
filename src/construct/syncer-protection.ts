/** What keeps the syncers' pods: from being taken away all at once, and from connections that they have no use for. */

import type { ElasticWebInstallProps } from './install.ts';
import type { SyncerIdentity } from './rbac.ts';
import { syncerLabels } from './syncer-deployment.ts';

/** Where API servers listen, behind their Service: of clouds, kubeadm, k3s and kind, minikube, MicroK8s. */
const API_SERVER_PORTS = [443, 6443, 8443, 16_443];
/** Where Prometheus listens unless told otherwise. */
const PROMETHEUS_PORT = 9090;

/** At most one at a time is taken away on purpose. A syncer that is alone does not keep a node from being drained. */
export function disruptionBudget({ name, namespace }: SyncerIdentity) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: syncerLabels(name) } },
  };
}

/**
 * Metrics and probes come in, from anywhere; names are asked, and the API server and Prometheus, and nothing else. By port alone: where the
 * two are is not known, and is rarely a pod.
 */
export function networkPolicyOf({ name, namespace }: SyncerIdentity, props: ElasticWebInstallProps) {
  const ports = props.egressPorts ?? [...new Set([...API_SERVER_PORTS, portOf(props.prometheusUrl)])];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: syncerLabels(name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: 'http' }] }],
      egress: [
        { ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })) },
        { ports: ports.map((port) => ({ protocol: 'TCP', port })) },
      ],
    },
  };
}

function portOf(url: string | undefined): number {
  if (url === undefined) return PROMETHEUS_PORT;
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
