/** Where a new control plane lives: its ports, and what has to be in its directory before anything is started. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditPolicy, type Place } from './components.ts';
import type { ControlPlaneOptions } from './control-plane.ts';
import { writeServiceAccountKeys, writeTokenFile, type User } from './credentials.ts';
import type { EtcdOptions } from './etcd.ts';

/** Writes the files that its programs read, and says where all is. The ports are those of `startOn`. */
export async function makePlace(
  directory: string,
  ports: readonly number[],
  users: readonly User[],
  options: Pick<ControlPlaneOptions, 'etcd' | 'admissionPlugins' | 'auditLog'>,
): Promise<Place> {
  const [client = 0, peer = 0, apiServer = 0, ...more] = ports;
  const { between, quotaBytes }: EtcdOptions = options.etcd ?? {};
  const pairs = [client, peer, ...more];
  const etcd = await Promise.all(
    Array.from({ length: pairs.length / 2 }, async (_, member) => {
      const [client = 0, peer = 0] = pairs.slice(2 * member);
      return { client, peer, seen: (await between?.(client)) ?? client };
    }),
  );
  const policy = join(directory, 'audit-policy.json');
  if (options.auditLog) writeFileSync(policy, JSON.stringify(auditPolicy));
  return {
    directory,
    ports: { etcd, apiServer },
    etcdQuotaBytes: quotaBytes,
    admissionPlugins: options.admissionPlugins ?? [],
    tokens: writeTokenFile(directory, users),
    ...writeServiceAccountKeys(directory),
    ...(options.auditLog && { audit: { policy, log: join(directory, 'audit.log') } }),
  };
}
