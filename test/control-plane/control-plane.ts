/** A real Kubernetes control plane on this machine: started in a few seconds, private, gone without a trace when stopped. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer } from './api-server.ts';
import { ensureBinaries, type KubernetesName } from './binaries.ts';
import { apiServerArgs, controllerManagerArgs, fakeNode, kwokArgs, schedulerArgs } from './components.ts';
import { established } from './established.ts';
import { Etcd, type EtcdOptions } from './etcd.ts';
import { makeUsers, writeKubeconfig } from './credentials.ts';
import { temporaryDirectory } from './guard.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { makePlace } from './place.ts';
import { onFreePorts } from './ports.ts';
import { Program } from './program.ts';

/** A running control plane, as those see it who did not start it. */
export interface ControlPlaneAccess {
  /** Path of a kubeconfig with the contexts `admin` (current) and `syncer`. */
  readonly kubeconfig: string;
  /** https://127.0.0.1:PORT */
  readonly server: string;
  /** Its temporary directory: certificates, logs, data. */
  readonly directory: string;
  /** Runs the real kubectl, as admin unless `context` says otherwise. Does not throw on a non-zero exit. */
  readonly kubectl: Kubectl;
}

/** A running control plane, in the hands of who started it. */
export interface ControlPlane extends ControlPlaneAccess, AsyncDisposable {
  /** Ends the API server and starts it again on the same port with the same data; returns when it is ready. */
  restartApiServer(): Promise<void>;
  /** Kills the API server (SIGKILL). */
  killApiServer(): Promise<void>;
  /** Starts the API server again after it was killed; returns when it is ready. */
  startApiServer(): Promise<void>;
  /** Starts one more API server, perhaps of another version, with the same data on a port of its own; returns when it is ready. */
  addApiServer(kubernetes: KubernetesName): Promise<AddedApiServer>;
  /**
   * Kills the API server and starts it again with another certificate of another CA; returns when it is ready. The kubeconfig is made
   * to fit, but who has read it before does not know the new CA: the other programs of the control plane are left behind.
   */
  renewCertificates(): Promise<void>;
  readonly etcd: Etcd;
  /** Ends every process and removes the directory. May be called again. */
  stop(): Promise<void>;
}

/** An API server beside the first one. Its audit log, if the first one has one, is `audit-PORT.log`. */
export interface AddedApiServer {
  readonly port: number;
  /** Ends it as Kubernetes does. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Of which version all programs are; default `kubernetes`. */
  readonly kubernetes?: KubernetesName;
  /** Takes a line now and then while programs are built for the first time; default: the terminal. */
  readonly onProgress?: (line: string) => void;
  /** kube-controller-manager; default true. Without it, objects are kept and nothing comes of them. */
  readonly controllers?: boolean;
  /** kube-scheduler; default true. */
  readonly scheduler?: boolean;
  /** KWOK, and a node that it keeps Ready and on which every pod runs at once; default true. */
  readonly kwok?: boolean;
  /** How etcd is made up. */
  readonly etcd?: EtcdOptions;
  /** Admission plugins of the API server besides those that are on anyway. */
  readonly admissionPlugins?: readonly string[];
  /** Puts something between the API server and all its clients: takes its port and returns the one to use in its place. */
  readonly between?: (port: number) => Promise<number>;
  /** Writes each answered request to `audit.log` in the directory, one JSON object a line; default false. */
  readonly auditLog?: boolean;
  /**
   * YAML files applied before the controllers start. CRDs belong here: the garbage collector looks for new kinds every
   * 30 s only, so it learns late that an owner of a kind installed afterwards is gone.
   */
  readonly manifests?: readonly string[];
}

/**
 * Builds what is missing, starts a control plane, and returns when it takes work: the API server is ready, the `default`
 * ServiceAccount exists, the node is Ready.
 *
 * @throws NoGoError if something has to be built and there is no Go; ProgramError, with its log's end, if a program fails
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { kubernetes = 'kubernetes' } = options;
  const binaries: Binaries = {
    kubernetes: (await ensureBinaries([kubernetes], options))[kubernetes],
    ...(options.kwok !== false && (await ensureBinaries(['kwok'], options))),
  };
  return onFreePorts(1 + 2 * (options.etcd?.members ?? 1), (ports) => startOn(ports, binaries, options));
}

/** Paths of the programs; without KWOK there is no node. */
export interface Binaries {
  readonly kubernetes: string;
  readonly kwok?: string;
}

/**
 * `startControlPlane` on these ports: of etcd, its peers and the API server, then two for each further member of etcd.
 *
 * @throws ProgramError, with "address already in use" in its log, if one of them is taken
 */
export async function startOn(
  ports: readonly number[],
  binaries: Binaries,
  options: ControlPlaneOptions,
): Promise<ControlPlane> {
  const owned = new AsyncDisposableStack();
  try {
    return await startInto(owned, ports, binaries, options);
  } catch (error) {
    await owned.disposeAsync();
    throw error;
  }
}

async function startInto(
  owned: AsyncDisposableStack,
  ports: readonly number[],
  binaries: Binaries,
  options: ControlPlaneOptions,
): Promise<ControlPlane> {
  const directory = owned.use(temporaryDirectory('elasticweb-control-plane-')).path;
  const start = async (name: string, args: readonly string[], file = binaries.kubernetes) => {
    const program = await Program.start({ name, file, args, logFile: join(directory, `${name}.log`) });
    owned.defer(() => program.stop({ graceMs: 0 })); // Nothing of it is worth an orderly end.
    return program;
  };
  const users = makeUsers();
  const place = await makePlace(directory, ports, Object.values(users), options);

  const etcd = await Etcd.start(place, start);
  const startApiServer = () => start('kube-apiserver', apiServerArgs(place));
  let apiServer = await startApiServer();

  const urlOf = (port: number) => `https://127.0.0.1:${port}`;
  const { apiServer: ownPort } = place.ports;
  const server = urlOf((await options.between?.(ownPort)) ?? ownPort);
  const certificateFile = join(directory, 'certificates', 'apiserver.crt');
  const askedAt = (port: number, certificate: string) =>
    owned.use(new ApiServer({ server: urlOf(port), certificate, token: users.admin.token }));
  const meet = async () => {
    const certificate = await apiServer.until('its certificate', () => readCertificate(certificateFile), startMs);
    const kubeconfig = writeKubeconfig(directory, { server, certificate, users: Object.values(users) });
    return { kubeconfig, api: askedAt(ownPort, certificate) };
  };
  const serving = etcd.members.map((member) => member.until('serving', () => serves(member), startMs));
  const [met] = await Promise.all([meet(), ...serving]);
  const { kubeconfig } = met;
  let { api } = met;
  const kubectl = kubectlFor({ binary: binaries.kubernetes, kubeconfig, directory });
  const untilReady = () => apiServer.until('being ready', () => api.isReady(), startMs);

  // The controllers give a server that is not ready 20 s, and end: on a busy machine it takes longer.
  await untilReady();
  if (options.manifests?.length) await apply(kubectl, options.manifests);
  const connected = { ...place, kubeconfig, certificateFile };
  const controllers =
    options.controllers !== false && (await start('kube-controller-manager', controllerManagerArgs(connected)));
  const scheduler = options.scheduler !== false && (await start('kube-scheduler', schedulerArgs(connected)));
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await Promise.all([
    controllers && controllers.until('the default ServiceAccount', () => api.has(account), startMs),
    binaries.kwok === undefined || startNode(await start('kwok', kwokArgs(connected), binaries.kwok), api),
  ]);

  for (const program of [...etcd.members, apiServer, controllers, scheduler]) if (program) program.expectRunning();

  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= owned.disposeAsync());
  const begin = async () => {
    apiServer = await startApiServer();
    await untilReady();
  };
  const restartApiServer = async () => {
    await apiServer.stop({ graceMs: 1_000 });
    await begin();
  };
  const renewCertificates = async () => {
    await apiServer.stop({ graceMs: 0 });
    // What it does not find it makes anew, with a CA for that one certificate.
    for (const type of ['crt', 'key']) rmSync(join(directory, 'certificates', `apiserver.${type}`));
    apiServer = await startApiServer();
    ({ api } = await meet());
    await untilReady();
  };
  const killApiServer = () => apiServer.stop({ graceMs: 0 });
  const addApiServer = async (name: KubernetesName) => {
    const { [name]: file } = await ensureBinaries([name], options);
    return onFreePorts(1, async ([port = 0]) => {
      const audit = place.audit && { ...place.audit, log: join(directory, `audit-${port}.log`) };
      const its = { ...place, ports: { ...place.ports, apiServer: port }, ...(audit && { audit }) };
      const added = await start(`kube-apiserver-${port}`, apiServerArgs(its), file);
      const itself = askedAt(port, readFileSync(certificateFile, 'utf8'));
      await added.until('being ready', () => itself.isReady(), startMs);
      return { port, stop: () => added.stop({ graceMs: 10_000 }) };
    });
  };
  return {
    ...{ kubeconfig, server, directory, kubectl, stop, [Symbol.asyncDispose]: stop },
    ...{ restartApiServer, killApiServer, startApiServer: begin, addApiServer, renewCertificates, etcd },
  };
}

/** Far above what a busy machine needs; an earlier end of the program is seen at once. */
const startMs = 60_000;

/** Whether etcd says so itself: on its port, another process may have been quicker and would answer in its place. */
function serves(etcd: Program): boolean {
  return readFileSync(etcd.logFile, 'utf8').includes('ready to serve client requests');
}

async function startNode(kwok: Program, api: ApiServer): Promise<void> {
  await api.createNode(fakeNode);
  await kwok.until('its node being Ready', () => api.isNodeReady(fakeNode.metadata.name), startMs);
}

async function apply(kubectl: Kubectl, manifests: readonly string[]): Promise<void> {
  const command = ['apply', '--server-side', ...manifests.map((file) => `--filename=${file}`)];
  const { code, stderr } = await kubectl(command);
  if (code !== 0) throw new Error(`kubectl ${command.join(' ')} ended with code ${code}: ${stderr}`);
  await established(kubectl);
}

/** The certificate in a file that the API server is about to write; false while it has not. */
function readCertificate(file: string): string | false {
  const content = readFileSync(file, 'utf8');
  return content.endsWith('-----END CERTIFICATE-----\n') && content;
}
