/** How a reader's kubectl finds the cluster of the page, and nothing else. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { ensureBinaries } from '../control-plane/binaries.ts';
import type { PageCluster } from './reader.ts';

/** Puts kubectl and its configuration where readers have them. Without a cluster, kubectl says what the page lacks. */
export async function giveCluster(
  cluster: PageCluster | undefined,
  { home, bin }: { readonly home: string; readonly bin: string },
): Promise<void> {
  if (cluster === undefined) {
    return writeScript(bin, `echo 'this page has no cluster: does it say <!-- run with: cluster -->?' >&2\nexit 1`);
  }
  const config = parseDocument(await readFile(cluster.kubeconfig, 'utf8'));
  config.setIn(['contexts', 0, 'context', 'namespace'], cluster.namespace); // The admin's, which is the current one.
  await mkdir(join(home, '.kube'));
  await writeFile(join(home, '.kube/config'), config.toString());
  // One binary is all programs of Kubernetes.
  const { kubernetes } = await ensureBinaries(['kubernetes']);
  await writeScript(bin, `exec '${kubernetes}' kubectl "$@"`);
}

const writeScript = (bin: string, text: string): Promise<void> =>
  writeFile(join(bin, 'kubectl'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
