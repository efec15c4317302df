/** With which flags each program of a control plane runs. */

/** Where a control plane lives: ports of 127.0.0.1, and paths in its directory. */
export interface Place {
  readonly directory: string;
  readonly ports: { readonly apiServer: number; readonly etcd: readonly EtcdPorts[] };
  /** How much etcd keeps; its own default if undefined. */
  readonly etcdQuotaBytes?: number | undefined;
  readonly tokens: string;
  readonly privateKey: string;
  readonly publicKey: string;
  /** Admission plugins of the API server besides those that are on anyway. */
  readonly admissionPlugins?: readonly string[];
  /** Set when the API server is to write an audit log. */
  readonly audit?: { readonly policy: string; readonly log: string };
}

/** Where one member of etcd listens, for clients and for the other members. */
export interface EtcdPorts {
  readonly client: number;
  readonly peer: number;
  /** By which the API server reaches it. */
  readonly seen: number;
}

const loopback = '127.0.0.1';

/** A member of etcd, in memory as far as it goes: nothing of it outlives the control plane. */
export function etcdArgs({ directory, ports, etcdQuotaBytes }: Place, member: number): string[] {
  const urls = (use: 'client' | 'peer') => ports.etcd.map((one) => `http://${loopback}:${one[use]}`);
  const name = (which: number) => (which === 0 ? 'etcd' : `etcd-${which}`);
  const [client = '', peer = ''] = [urls('client')[member], urls('peer')[member]];
  return [
    'etcd',
    `--name=${name(member)}`,
    `--data-dir=${directory}/${name(member)}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${urls('peer')
      .map((url, which) => `${name(which)}=${url}`)
      .join(',')}`,
    '--unsafe-no-fsync',
    ...(etcdQuotaBytes === undefined ? [] : [`--quota-backend-bytes=${etcdQuotaBytes}`]),
  ];
}

export function apiServerArgs(place: Place): string[] {
  const { directory, ports, tokens, privateKey, publicKey, admissionPlugins = [], audit } = place;
  return [
    'kube-apiserver',
    `--etcd-servers=${ports.etcd.map(({ seen }) => `http://${loopback}:${seen}`).join(',')}`,
    // Should another process have taken our etcd's port a moment ago, nothing of its data is touched.
    `--etcd-prefix=/${directory.split('/').at(-1) ?? 'registry'}`,
    `--bind-address=${loopback}`,
    `--secure-port=${ports.apiServer}`,
    // A loopback address may not be advertised; this one is for documentation (RFC 5737), and nobody is sent there.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    `--cert-dir=${directory}/certificates`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${publicKey}`,
    `--service-account-signing-key-file=${privateKey}`,
    '--service-cluster-ip-range=10.96.0.0/12',
    // Tests come in bursts, and none of them is about the server's own fairness.
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
    ...admissionPlugins.map((plugin) => `--enable-admission-plugins=${plugin}`),
    ...(audit ? [`--audit-policy-file=${audit.policy}`, `--audit-log-path=${audit.log}`] : []),
  ];
}

export function controllerManagerArgs({ privateKey, certificateFile, kubeconfig }: Connected): string[] {
  return [
    'kube-controller-manager',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${privateKey}`,
    `--root-ca-file=${certificateFile}`,
    ...quickClient,
    // A machine that is busy for a minute must not lose its only node.
    '--node-monitor-grace-period=10m',
  ];
}

export function schedulerArgs({ kubeconfig }: Connected): string[] {
  return ['kube-scheduler', `--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0', ...quickClient];
}

/** KWOK with its own stages, which lose no time: a scheduled pod is Running and Ready at once. */
export function kwokArgs({ kubeconfig }: Connected): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--config=/dev/null', // Not the user's own ~/.kwok/kwok.yaml.
    '--manage-all-nodes',
    '--node-lease-duration-seconds=40',
    '--cidr=10.244.0.0/16',
  ];
}

/** What the clients of a running API server need besides. */
export interface Connected extends Place {
  readonly kubeconfig: string;
  /** Path of the certificate that the API server made for itself. */
  readonly certificateFile: string;
}

/** The default 20 requests a second are for sparing a cluster that others use too. */
const quickClient = ['--kube-api-qps=1000', '--kube-api-burst=2000'];

/** Every request once, when it is answered: who, verb, what, and with which code. */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

/** One node for everything, larger than any test. KWOK keeps it Ready. */
export const fakeNode = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'fake-node',
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
    labels: { 'kubernetes.io/hostname': 'fake-node', 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
  },
  status: {
    capacity: { cpu: '1000000', memory: '1Pi', pods: '1000000' },
    allocatable: { cpu: '1000000', memory: '1Pi', pods: '1000000' },
  },
};
