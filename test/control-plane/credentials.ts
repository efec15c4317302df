/** Who may talk to a control plane, and with what: the files that its API server reads, and the kubeconfig that fits them. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** A user of the API server, known by a token. The context of that name in the kubeconfig is this user. */
export interface User {
  readonly context: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** The users of every control plane: `admin`, who may do all, and `syncer`, who is the syncer's ServiceAccount. */
export function makeUsers(): { readonly admin: User; readonly syncer: User } {
  const token = () => randomBytes(24).toString('hex');
  return {
    admin: { context: 'admin', name: 'admin', groups: ['system:masters'], token: token() },
    syncer: {
      context: 'syncer',
      name: 'system:serviceaccount:elasticweb-system:elasticweb-syncer',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:elasticweb-system', 'system:authenticated'],
      token: token(),
    },
  };
}

/** Writes what `--token-auth-file` takes: token, name, uid, "groups". */
export function writeTokenFile(directory: string, users: readonly User[]): string {
  const rows = users.map(({ token, name, context, groups }) => `${token},${name},${context},"${groups.join(',')}"\n`);
  return write(directory, 'tokens.csv', rows.join(''));
}

/** Writes the key pair that signs the tokens of ServiceAccounts. */
export function writeServiceAccountKeys(directory: string): {
  readonly privateKey: string;
  readonly publicKey: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    privateKey: write(directory, 'service-account.key', privateKey),
    publicKey: write(directory, 'service-account.pub', publicKey),
  };
}

/** Writes a kubeconfig with one context a user, the first of them current, that trusts this certificate and no other. */
export function writeKubeconfig(
  directory: string,
  cluster: { readonly server: string; readonly certificate: string; readonly users: readonly User[] },
): string {
  const { server, certificate, users } = cluster;
  const name = 'elasticweb';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': Buffer.from(certificate).toString('base64') } },
    ],
    users: users.map(({ context, token }) => ({ name: context, user: { token } })),
    contexts: users.map(({ context }) => ({ name: context, context: { cluster: name, user: context } })),
    'current-context': users[0]?.context,
  };
  return write(directory, 'kubeconfig', stringify(config));
}

function write(directory: string, file: string, content: string): string {
  const path = join(directory, file);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
