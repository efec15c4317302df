/** Which API server to talk to, and as whom: from a kubeconfig, or from the service account of the pod we run in. */
import { access, readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { isIPv6 } from 'node:net';
import path from 'node:path';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import type { CredentialSource, Credentials, TlsOptions } from './credentials.ts';
import { rootCause } from '../net/cause.ts';

/** An API server and a way to be known to it. */
export interface Identity extends CredentialSource {
  /** `https://host:port`, perhaps with a path, without a slash at the end. */
  readonly server: string;
  /** Proxy on the way there, as the kubeconfig names it. */
  readonly proxyUrl: string | undefined;
  /** The namespace that is meant when none is named: of the context, of the pod, else `default`. */
  readonly namespace: string;
  /** Whether we run in a pod of that cluster, with its service account. */
  readonly isPod: boolean;
  /** Where this comes from, for the log: `context kind-dev of /home/ada/.kube/config`. */
  readonly source: string;
}

export interface IdentityOptions {
  /** Path of a kubeconfig, or several separated as in KUBECONFIG. Default: what `env` says. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context. Default: the current one of the kubeconfig. */
  readonly context?: string | undefined;
  /** Where KUBECONFIG, HOME and KUBERNETES_SERVICE_HOST are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default '/var/run/secrets/kubernetes.io/serviceaccount' */
  readonly serviceAccountDir?: string;
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the API server as kubectl does: the kubeconfig asked for, else KUBECONFIG, else ~/.kube/config, else the service
 * account of this pod.
 *
 * @throws Error that says what was looked for and what was found, if none of them gives an API server
 */
export async function loadIdentity(options: IdentityOptions): Promise<Identity> {
  const { env, context } = options;
  const asked = options.kubeconfig ?? nonEmpty(env.KUBECONFIG);
  if (asked !== undefined) return fromKubeconfig(asked.split(path.delimiter).filter(Boolean), context);
  const ofHome = env.HOME === undefined ? undefined : path.join(env.HOME, '.kube', 'config');
  if (ofHome !== undefined && (await exists(ofHome))) return fromKubeconfig([ofHome], context);
  const dir = options.serviceAccountDir ?? SERVICE_ACCOUNT_DIR;
  const host = nonEmpty(env.KUBERNETES_SERVICE_HOST);
  if (host !== undefined && context === undefined && (await exists(path.join(dir, 'token')))) {
    return fromServiceAccount(dir, host, nonEmpty(env.KUBERNETES_SERVICE_PORT) ?? '443');
  }
  throw new Error(
    `no API server to talk to: expected a kubeconfig (an option, KUBECONFIG, or ${ofHome ?? '~/.kube/config'}) ` +
      `or the service account of a pod (${dir}), found neither; name a kubeconfig`,
  );
}

async function fromKubeconfig(files: readonly string[], asked: string | undefined): Promise<Identity> {
  // It brings client-node, which takes half a second to load and pulls in all of its models: only who has a kubeconfig pays.
  const { loadKubeconfig } = await import('./kubeconfig.ts');
  const config = await loadKubeconfig(files);
  const shown = files.join(path.delimiter);
  const names = config.contexts.map((context) => context.name);
  const name = asked ?? nonEmpty(config.currentContext);
  const choice = `contexts there: ${names.join(', ') || 'none'}`;
  if (name === undefined) throw new Error(`kubeconfig ${shown}: no current context, and none was named; ${choice}`);
  const context = config.contexts.find((candidate) => candidate.name === name);
  if (context === undefined) throw new Error(`kubeconfig ${shown}: expected a context ${name}; ${choice}`);
  const cluster = config.getCluster(context.cluster);
  if (cluster === null)
    throw new Error(`kubeconfig ${shown}: context ${name} names cluster ${context.cluster}, which is not there`);
  if (nonEmpty(context.user) !== undefined && config.getUser(context.user) === null) {
    throw new Error(`kubeconfig ${shown}: context ${name} names user ${context.user}, which is not there`);
  }
  const server = serverOf(cluster, `kubeconfig ${shown}, cluster ${cluster.name}`);
  return {
    server,
    proxyUrl: nonEmpty(cluster.proxyUrl),
    namespace: nonEmpty(context.namespace) ?? 'default',
    isPod: false,
    source: `context ${name} of ${shown}`,
    ...credentialSource(server, `kubeconfig ${shown}, context ${name}`, async () => {
      const current = await loadKubeconfig(files);
      current.setCurrentContext(name);
      return current;
    }),
  };
}

/**
 * The address in one form, whatever the form in the file: `HTTP://host/` is plain HTTP as well. It is told in logs and errors, so it must not
 * hold a password; to leave that out in silence would leave people without the access that they gave.
 */
function serverOf({ server }: Cluster, about: string): string {
  const url = URL.parse(server);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`${about}: its server is no address; expected one such as https://host:6443`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      `${about}: its server holds a user name or a password; they belong to the user, as username and password`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/$/, '');
}

/** Two files are all there is to it: loading client-node for them would cost the pod half a second and 90 MB. */
async function fromServiceAccount(dir: string, host: string, port: string): Promise<Identity> {
  const read = (file: string) => readFile(path.join(dir, file), 'utf8');
  const namespace = await read('namespace').catch(() => '');
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    proxyUrl: undefined,
    namespace: nonEmpty(namespace.trim()) ?? 'default',
    isPod: true,
    source: 'the service account of this pod',
    async read() {
      try {
        const [token, ca] = await Promise.all([read('token'), read('ca.crt')]);
        return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
      } catch (error) {
        throw unreadable(`service account in ${dir}`, error);
      }
    },
  };
}

/**
 * Reads credentials through client-node. Each reading loads the files anew, so that a rotated token, certificate or CA is
 * seen; only with an exec plugin the configuration is kept, because it remembers the plugin's answer until that expires.
 */
function credentialSource(server: string, about: string, load: () => Promise<KubeConfig>): CredentialSource {
  let kept: KubeConfig | undefined;
  return {
    async read(fresh) {
      // As kubectl: nobody's token goes over a connection that anybody can read.
      if (server.startsWith('http:')) return { headers: {}, tls: {} };
      let isOfPlugin = false;
      try {
        const config = fresh || kept === undefined ? await load() : kept;
        const user = config.getCurrentUser();
        isOfPlugin = user !== null && usesPlugin(user);
        kept = isOfPlugin ? config : undefined;
        return await credentialsOf(config);
      } catch (error) {
        throw isOfPlugin ? pluginFailed(about, error) : unreadable(about, error);
      }
    },
  };
}

function unreadable(about: string, error: unknown): Error {
  return new Error(`${about}: cannot read the credentials: ${rootCause(error)}`, { cause: error });
}

/** Without its cause, which has all of the plugin's words. */
function pluginFailed(about: string, error: unknown): Error {
  return new Error(`${about}: cannot read the credentials: ${pluginTrouble(error)}`);
}

const LONGEST_WORDS = 200;

/**
 * What went wrong with an exec plugin. Its stdout is a credential, whole or in part, so nothing of it is told. kubectl shows all of its stderr,
 * to whoever sits there; ours is logged as well. Its first line says what to do, such as to log in; what follows, a trace or the answer of a
 * server, may hold a token.
 */
function pluginTrouble(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof TypeError) return 'the plugin did not print an ExecCredential';
  const words = error instanceof Error ? error.message : '';
  const [first = ''] = words.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  if (first === '') return 'the plugin failed without a word';
  return first.length > LONGEST_WORDS ? `${first.slice(0, LONGEST_WORDS)}...` : first;
}

function usesPlugin(user: User): boolean {
  // client-node types both as any; they are whatever the file says.
  const { exec, authProvider } = user as { exec?: unknown; authProvider?: { name?: unknown } | null };
  return (
    (exec !== undefined && exec !== null) || (authProvider?.name !== undefined && authProvider.name !== 'tokenFile')
  );
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth, headers } = options;
  const tls: TlsOptions = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
  const basic = typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return { headers: { ...basic, ...headerRecord(headers) }, tls };
}

function headerRecord(headers: RequestOptions['headers']): Record<string, string> {
  const entries = Object.entries(headers ?? {}).filter(([, value]) => value !== undefined);
  // A token file often ends in a line feed, which no header may hold.
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value).trim()]));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function nonEmpty(text: string | null | undefined): string | undefined {
  return text === '' || text === null ? undefined : text;
}
