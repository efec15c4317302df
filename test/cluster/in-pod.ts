/** A syncer as a pod runs it: known by its service account, without a kubeconfig. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts';

const NAMESPACE = 'elasticweb-system';

/** Writes the files that Kubernetes mounts into every pod, of the syncer's own user. Returns the directory. */
export function writeServiceAccount({
  kubeconfig,
  directory,
}: Pick<ControlPlaneAccess, 'kubeconfig' | 'directory'>): string {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    users: { name: string; user: { token: string } }[];
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  const token = config.users.find(({ name }) => name === 'syncer')?.user.token;
  const ca = config.clusters[0]?.cluster['certificate-authority-data'];
  if (token === undefined || ca === undefined) throw new Error(`${kubeconfig}: expected a user syncer and a CA`);
  const account = join(directory, 'serviceaccount');
  mkdirSync(account, { recursive: true });
  const files = { token, namespace: NAMESPACE, 'ca.crt': Buffer.from(ca, 'base64') };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(account, name), content, { mode: 0o600 });
  return account;
}

/** What to tell a pod about its API server. KUBECONFIG and HOME are those of no pod. */
export function podEnvironment(server: string): NodeJS.ProcessEnv {
  const { hostname, port } = new URL(server);
  const { KUBECONFIG, HOME, ...env } = process.env;
  return { ...env, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

/**
 * Stands for the mount of a service account: a script that, loaded before the one file of the container image (`--require`), has it read from
 * another directory what it reads where Kubernetes puts it. Returns the path of the script, which is in that directory.
 */
export function mountOf(serviceAccountDir: string): string {
  const script = join(serviceAccountDir, 'mount.cjs');
  writeFileSync(
    script,
    `const files = require('node:fs/promises');
     const place = '/var/run/secrets/kubernetes.io/serviceaccount';
     for (const name of ['access', 'readFile']) {
       const original = files[name];
       files[name] = (path, ...rest) => original(path.replace(place, ${JSON.stringify(serviceAccountDir)}), ...rest);
     }`,
  );
  return script;
}

/**
 * Arguments of Node that run `elasticweb` with a service account that is not where Kubernetes puts it.
 *
 * @param program path of `cli/program`, as source or compiled
 */
export function inPod(program: string, serviceAccountDir: string, args: readonly string[]): string[] {
  const script = `
    import { run } from ${JSON.stringify(pathToFileURL(program))};
    const { stdout, stderr, stdin, env } = process;
    const io = { stdout, stderr, stdin, env, serviceAccountDir: ${JSON.stringify(serviceAccountDir)} };
    process.exitCode = await run(process.argv.slice(1), io);
  `;
  return ['--input-type=module', '--eval', script, '--', ...args];
}
