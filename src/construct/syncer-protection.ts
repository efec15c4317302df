/** What keeps the syncers' pods: from being taken away all at once, and from connections that they have no use for. */

import type { ElasticWebInstallProps } from './install.ts';
import type { SyncerIdentity } from './rbac.ts';
import { syncerLabels } from './syncer-deployment.ts';

/** Where API servers listen, behind their Service: of clouds, kubeadm, k3s and kind, minikube, MicroK8s. */
const API_SERVER_PORTS = [443, 6443, 8443, 16_443];
/** Where Prometheus listens unless told otherwise: its pods, whatever port a Service before them has. */
const PROMETHEUS_PORT = 9090;
/** Where names are asked; in OpenShift, the pods behind that listen on the second. */
const DNS_PORTS = [53, 5353];
const URL_FLAG = '--prometheus-url=';
/** Where clouds hand out the credentials of a pod or a machine. */
const CREDENTIALS_PORT = 80;

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
 * Metrics are asked for from where Prometheus is, or from the namespaces of `metricsFrom`; names are asked, and the API server and Prometheus, and nothing else. By port alone: where the
 * two are is not known, and is rarely a pod. The port that counts is the pod's: by then, the Service's has been translated.
 */
export function networkPolicyOf({ name, namespace }: SyncerIdentity, props: ElasticWebInstallProps) {
  const ports = props.egressPorts ?? defaultEgressPorts(props);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: syncerLabels(name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ...sources(props), ports: [{ protocol: 'TCP', port: 'http' }] }],
      egress: [
        { ports: DNS_PORTS.flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ protocol, port }))) },
        { ports: ports.map((port) => ({ protocol: 'TCP', port })) },
      ],
    },
  };
}

/** Where Prometheus is in the documentation of its charts, and so in most clusters. */
const USUAL_NAMESPACE = 'monitoring';
/** By it namespaces are let in, in the policies that kubebuilder makes, too. */
const METRICS_LABEL = { metrics: 'enabled' };
/** `NAME.NAMESPACE`, and the longer names of the same Service. */
const SERVICE_HOST = /^[a-z0-9-]+\.([a-z0-9-]+)(?:\.svc(?:\..+)?)?$/;

function sources(props: ElasticWebInstallProps) {
  const { metricsFrom } = props;
  if (metricsFrom === 'Anywhere') return {};
  if (metricsFrom !== undefined) return { from: [named(metricsFrom)] };
  const url = prometheusUrlOf(props);
  const ofPrometheus = url === undefined ? undefined : SERVICE_HOST.exec(new URL(url).hostname)?.[1];
  const usual = named([USUAL_NAMESPACE, ...(ofPrometheus === undefined ? [] : [ofPrometheus])]);
  // Without a namespaceSelector: those of the policy's own namespace, whatever tools make of its name later.
  return { from: [usual, { podSelector: {} }, { namespaceSelector: { matchLabels: METRICS_LABEL } }] };
}

/** The API server gives each namespace its name as a label, which nobody can change. */
function named(namespaces: readonly string[]) {
  const values = [...new Set(namespaces)];
  const matchExpressions = [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }];
  return { namespaceSelector: { matchExpressions } };
}

/** The address that a flag gives Prometheus; undefined for other flags. */
export function urlOfFlag(arg: string): string | undefined {
  return arg.startsWith(URL_FLAG) ? arg.slice(URL_FLAG.length) : undefined;
}

/** The address of Prometheus, if it is one. */
function prometheusUrlOf({ prometheusUrl, args = [] }: ElasticWebInstallProps): string | undefined {
  const url = prometheusUrl ?? args.map(urlOfFlag).find((given) => given !== undefined);
  return url !== undefined && URL.canParse(url) ? url : undefined;
}

function defaultEgressPorts(props: ElasticWebInstallProps): number[] {
  const url = prometheusUrlOf(props);
  const isSigned = props.args?.some((arg) => arg.startsWith('--prometheus-sigv4-region'));
  return [
    ...new Set([
      ...API_SERVER_PORTS,
      PROMETHEUS_PORT,
      ...(url === undefined ? [] : [portOf(url)]),
      ...(isSigned ? [CREDENTIALS_PORT] : []),
    ]),
  ];
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
